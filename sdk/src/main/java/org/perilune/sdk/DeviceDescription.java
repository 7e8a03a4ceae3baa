package org.perilune.sdk;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Connect;

/**
 * What a device says of itself after every connect.
 *
 * @param type the kind of device, such as "lunar-module"
 * @param reportInterval how often frames are to be expected while the link is up; zero: no regular interval
 * @param silence the next planned silence, or null
 */
public record DeviceDescription(
        String type,
        Duration reportInterval,
        List<DeviceParameter> parameters,
        @Nullable SilenceWindow silence) {

    public DeviceDescription {
        parameters = List.copyOf(parameters);
    }

    public DeviceDescription withSilence(@Nullable SilenceWindow next) {
        return new DeviceDescription(type, reportInterval, parameters, next);
    }

    Connect toMessage(long session) {
        var message = Connect.newBuilder()
                .setSession(session)
                .setDeviceType(type)
                .setReportIntervalMillis(Math.toIntExact(reportInterval.toMillis()));
        parameters.forEach(parameter -> message.addParameters(parameter.toMessage()));
        if (silence != null) {
            message.setSilenceFromMicros(Micros.of(silence.from())).setSilenceUntilMicros(Micros.of(silence.until()));
        }
        return message.build();
    }
}
