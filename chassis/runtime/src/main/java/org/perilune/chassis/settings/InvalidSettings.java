package org.perilune.chassis.settings;

import java.util.List;
import java.util.stream.Collectors;

/** The settings cannot be started with; the message lists every fault, one a line. */
public final class InvalidSettings extends RuntimeException {
    private final transient List<String> faults;

    InvalidSettings(List<String> faults) {
        super(faults.stream()
                .map(fault -> "  - " + fault)
                .collect(Collectors.joining("\n", "Settings are not valid:\n", "")));
        this.faults = List.copyOf(faults);
    }

    public List<String> faults() {
        return faults;
    }
}
