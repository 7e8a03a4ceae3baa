package org.perilune.commanddispatcher.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.dictionary.Expectation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what telemetry showed, with units, which are asked for once in a while. Not safe for threads. */
final class VerificationText {
    private static final Logger LOG = LoggerFactory.getLogger(VerificationText.class);
    private static final int MOST_DEVICES = 1_000;
    private static final long KEPT_NANOS = Duration.ofMinutes(5).toNanos();

    private final TelemetryReader telemetry;
    private final Map<String, Known> known = new HashMap<>();

    private record Known(Map<String, String> units, long sinceNanos) {}

    VerificationText(TelemetryReader telemetry) {
        this.telemetry = telemetry;
    }

    String shown(Verifying command, VerificationResult result) {
        JsonNode last = result.last();
        String value = last == null ? "" : Expectation.shown(last, unit(command));
        return "telemetry shows %s %s, as expected"
                .formatted(command.expectation().parameter(), value);
    }

    String notShown(Verifying command, VerificationResult result) {
        String unit = unit(command);
        JsonNode last = result.last();
        String seen = last == null ? "it did not show it at all" : "it showed " + Expectation.shown(last, unit);
        String unknown = command.lacksValueBefore() ? "; what it was before is not known" : "";
        return "telemetry should have shown %s within %d s; %s%s"
                .formatted(
                        command.expectation().inWords(unit, command.valueBefore()),
                        command.expectation().within().toSeconds(),
                        seen,
                        unknown);
    }

    String nothing(Verifying command) {
        return "%s says it is done, but telemetry showed nothing of %s since; %s was expected"
                .formatted(
                        command.device(),
                        command.expectation().parameter(),
                        command.expectation().inWords("", command.valueBefore()));
    }

    /** Empty where it is not known just now: nothing waits for it. */
    private String unit(Verifying command) {
        Known units = known.get(command.device());
        if (units == null || System.nanoTime() - units.sinceNanos > KEPT_NANOS) {
            if (known.size() >= MOST_DEVICES) {
                known.clear();
            }
            units = new Known(units(command.device()), System.nanoTime());
            known.put(command.device(), units);
        }
        return units.units.getOrDefault(command.expectation().parameter(), "");
    }

    private Map<String, String> units(String device) {
        try {
            return telemetry.units(device);
        } catch (ServiceException failure) {
            LOG.debug("Units are not known", failure);
            return Map.of();
        }
    }
}
