package org.perilune.contracts;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Parameter;

/**
 * What a device may say of itself. The ground leaves out a parameter or limit that cannot be, and takes the others; the
 * SDK refuses it.
 */
public final class ConnectRules {
    private static final int LONGEST_WORD = 256;
    private static final int MOST_REASONS = 5;

    /** Fields 4 to 7 of a parameter: limits, lower ones before upper ones. */
    private static final List<FieldDescriptor> LOW = List.of(limit(4), limit(6));

    private static final List<FieldDescriptor> HIGH = List.of(limit(5), limit(7));

    private ConnectRules() {}

    /**
     * What of it is taken.
     *
     * @param connect without what was left out; empty where nothing of it can be taken
     * @param fault what is left out and why; null where all is taken
     */
    public record Checked(
            Optional<Connect> connect, @Nullable String fault) {}

    /** What cannot be taken as it is, and why; null if all can. */
    public static @Nullable String fault(Connect connect) {
        return check(connect).fault();
    }

    public static Checked check(Connect connect) {
        String fault = faultOfAll(connect);
        if (fault != null) {
            return new Checked(Optional.empty(), fault);
        }
        var reasons = new ArrayList<String>();
        Connect.Builder checked = connect.toBuilder().clearParameters();
        for (Parameter parameter : connect.getParametersList()) {
            String name = TelemetryLimits.shown(parameter.getName());
            if (!TelemetryLimits.isName(parameter.getName())) {
                reasons.add("parameter " + name + ": a name is " + TelemetryLimits.NAME_RULE);
            } else if (textFault(parameter) != null) {
                reasons.add("parameter " + name + ": " + textFault(parameter));
            } else {
                checked.addParameters(limits(parameter, name, reasons));
            }
        }
        return new Checked(Optional.of(checked.build()), reasons.isEmpty() ? null : sentence(reasons));
    }

    private static String sentence(List<String> reasons) {
        String more = reasons.size() > MOST_REASONS ? "; and " + (reasons.size() - MOST_REASONS) + " more" : "";
        return "Left out, all else of the message is taken: "
                + String.join("; ", reasons.subList(0, Math.min(reasons.size(), MOST_REASONS))) + more;
    }

    private static @Nullable String faultOfAll(Connect connect) {
        if (connect.getParametersCount() > TelemetryLimits.MOST_VALUES) {
            return "There are %d parameters, %d at most are taken"
                    .formatted(connect.getParametersCount(), TelemetryLimits.MOST_VALUES);
        }
        if (connect.getDeviceType().length() > LONGEST_WORD
                || connect.getDeviceType().indexOf(0) >= 0) {
            return "The device type is longer than " + LONGEST_WORD + " characters or has a zero character";
        }
        long latest = Math.max(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        long earliest = Math.min(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        if (earliest < TelemetryLimits.EARLIEST_MICROS || latest > TelemetryLimits.LATEST_MICROS) {
            return "The silence is outside the years 1 to 9999";
        }
        return null;
    }

    private static @Nullable String textFault(Parameter parameter) {
        String texts = parameter.getUnit() + parameter.getDescription();
        return texts.length() > TelemetryLimits.LONGEST_TEXT_BYTES || texts.indexOf(0) >= 0
                ? "unit and description have over " + TelemetryLimits.LONGEST_TEXT_BYTES
                        + " characters or a zero character"
                : null;
    }

    private static Parameter limits(Parameter parameter, String name, List<String> reasons) {
        Parameter.Builder checked = parameter.toBuilder();
        for (List<FieldDescriptor> side : List.of(LOW, HIGH)) {
            for (FieldDescriptor limit : side) {
                if (checked.hasField(limit) && !Double.isFinite((double) checked.getField(limit))) {
                    reasons.add(limit.getName() + " of " + name + ", which is NaN or infinite");
                    checked.clearField(limit);
                }
            }
        }
        for (FieldDescriptor low : LOW) {
            for (FieldDescriptor high : HIGH) {
                if (checked.hasField(low)
                        && checked.hasField(high)
                        && (double) checked.getField(low) > (double) checked.getField(high)) {
                    // Nothing could be within them: such limits warn for ever.
                    reasons.add(
                            "the limits of " + name + ", whose " + low.getName() + " is above its " + high.getName());
                    LOW.forEach(checked::clearField);
                    HIGH.forEach(checked::clearField);
                }
            }
        }
        return checked.build();
    }

    private static FieldDescriptor limit(int number) {
        return Parameter.getDescriptor().findFieldByNumber(number);
    }
}
