package org.perilune.contracts;

import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Parameter;

/** What a device may say of itself: the ground rejects the rest, and the SDK refuses it. */
public final class ConnectRules {
    private static final int LONGEST_WORD = 256;

    private ConnectRules() {}

    /** Why it cannot be taken; null if it can. */
    public static @Nullable String fault(Connect connect) {
        if (connect.getParametersCount() > TelemetryLimits.MOST_VALUES) {
            return "There are more than 1000 parameters";
        }
        if (connect.getDeviceType().length() > LONGEST_WORD
                || connect.getDeviceType().indexOf(0) >= 0) {
            return "The device type is too long or has a zero character";
        }
        long latest = Math.max(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        long earliest = Math.min(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        if (earliest < TelemetryLimits.EARLIEST_MICROS || latest > TelemetryLimits.LATEST_MICROS) {
            return "The silence is outside the years 1 to 9999";
        }
        for (Parameter parameter : connect.getParametersList()) {
            String texts = parameter.getName() + parameter.getUnit() + parameter.getDescription();
            if (!TelemetryLimits.VALUE_NAME.matcher(parameter.getName()).matches()) {
                return "A parameter's name is not 1 to 64 letters, digits, '_', '-' or '.'";
            }
            if (texts.length() > TelemetryLimits.LONGEST_TEXT_BYTES || texts.indexOf(0) >= 0) {
                return "A parameter's unit or description is too long or has a zero character";
            }
        }
        return null;
    }
}
