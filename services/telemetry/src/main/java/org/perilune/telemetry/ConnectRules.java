package org.perilune.telemetry;

import org.jspecify.annotations.Nullable;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Parameter;

/** What a device may say of itself. */
final class ConnectRules {
    private static final int LONGEST_WORD = 256;

    private ConnectRules() {}

    /** Why it cannot be taken; null if it can. */
    static @Nullable String fault(Connect connect) {
        if (connect.getParametersCount() > 1_000) {
            return "There are more than 1000 parameters";
        }
        if (connect.getDeviceType().length() > LONGEST_WORD
                || connect.getDeviceType().indexOf(0) >= 0) {
            return "The device type is too long or has a zero character";
        }
        long latest = Math.max(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        long earliest = Math.min(connect.getSilenceFromMicros(), connect.getSilenceUntilMicros());
        if (earliest < TelemetryScanner.EARLIEST_MICROS || latest > TelemetryScanner.LATEST_MICROS) {
            return "The silence is outside the years 1 to 9999";
        }
        for (Parameter parameter : connect.getParametersList()) {
            String texts = parameter.getName() + parameter.getUnit() + parameter.getDescription();
            if (!parameter.getName().matches("[A-Za-z0-9_.-]{1,64}")) {
                return "A parameter's name is not 1 to 64 letters, digits, '_', '-' or '.'";
            }
            if (texts.length() > 4_096 || texts.indexOf(0) >= 0) {
                return "A parameter's unit or description is too long or has a zero character";
            }
        }
        return null;
    }
}
