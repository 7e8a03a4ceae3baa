package org.perilune.timeline.event;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.perilune.chassis.runtime.ServiceException;

/** All that is wrong with a request, by field, so that it is told at once. Not safe for threads. */
public final class Faults {
    private static final int MOST_TOLD = 100;

    private final List<ServiceException.Fault> faults = new ArrayList<>();

    public void add(String field, String detail) {
        faults.add(new ServiceException.Fault(field, detail));
    }

    /** @param prefix goes before the fields */
    public void addAll(String prefix, List<ServiceException.Fault> more) {
        more.forEach(fault -> add(prefix + fault.field(), fault.detail()));
    }

    /** @throws ServiceException.Invalid if there is any */
    public void check() {
        if (faults.isEmpty()) {
            return;
        }
        List<ServiceException.Fault> told = faults.stream().limit(MOST_TOLD).toList();
        String detail = told.stream()
                .map(fault -> fault.field() + ": " + fault.detail())
                .collect(Collectors.joining("; "));
        throw new ServiceException.Invalid(shortened(detail), told);
    }

    private static String shortened(String detail) {
        return detail.length() <= 1_000 ? detail : detail.substring(0, 999) + "…";
    }
}
