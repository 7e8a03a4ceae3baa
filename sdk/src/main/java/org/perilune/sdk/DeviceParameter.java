package org.perilune.sdk;

import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Parameter;

/**
 * What is known of a value: its unit, and the limits outside which it deserves attention.
 *
 * @param unit such as "km", "m/s", "°C", "%"; empty for none
 */
public record DeviceParameter(
        String name,
        String unit,
        String description,
        @Nullable Double warningLow,
        @Nullable Double warningHigh,
        @Nullable Double criticalLow,
        @Nullable Double criticalHigh) {

    public DeviceParameter {
        Reading.checkName(name);
    }

    public static DeviceParameter of(String name, String unit, String description) {
        return new DeviceParameter(name, unit, description, null, null, null, null);
    }

    /** Limits from below: the critical one must not lie above the warning. */
    public DeviceParameter low(double warning, double critical) {
        if (critical > warning) {
            throw new IllegalArgumentException("Critical low limit above the warning: " + name);
        }
        return new DeviceParameter(name, unit, description, warning, warningHigh, critical, criticalHigh);
    }

    /** Limits from above: the critical one must not lie below the warning. */
    public DeviceParameter high(double warning, double critical) {
        if (critical < warning) {
            throw new IllegalArgumentException("Critical high limit below the warning: " + name);
        }
        return new DeviceParameter(name, unit, description, warningLow, warning, criticalLow, critical);
    }

    Parameter toMessage() {
        var message = Parameter.newBuilder().setName(name).setUnit(unit).setDescription(description);
        if (warningLow != null) {
            message.setWarningLow(warningLow);
        }
        if (warningHigh != null) {
            message.setWarningHigh(warningHigh);
        }
        if (criticalLow != null) {
            message.setCriticalLow(criticalLow);
        }
        if (criticalHigh != null) {
            message.setCriticalHigh(criticalHigh);
        }
        return message.build();
    }
}
