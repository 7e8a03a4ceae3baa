package org.perilune.sdk;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.ConnectRules;
import org.perilune.contracts.v1.Connect;
import org.perilune.sdk.wire.Micros;

/**
 * What a device says of itself after every connect.
 *
 * @param type the kind of device, such as "lunar-module"
 * @param reportInterval how often frames are to be expected while the link is up; zero: no regular interval
 * @param silence the next planned silence, or null
 * @param recording whether a recording is played back: when it falls silent it has ended, and nothing is wrong
 */
public record DeviceDescription(
        String type,
        Duration reportInterval,
        List<DeviceParameter> parameters,
        @Nullable SilenceWindow silence,
        boolean recording) {

    public DeviceDescription {
        parameters = List.copyOf(parameters);
        String fault = ConnectRules.fault(message(0, type, reportInterval, parameters, silence));
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** Of a device that is no recording. */
    public DeviceDescription(
            String type, Duration reportInterval, List<DeviceParameter> parameters, @Nullable SilenceWindow silence) {
        this(type, reportInterval, parameters, silence, false);
    }

    public DeviceDescription withSilence(@Nullable SilenceWindow next) {
        return new DeviceDescription(type, reportInterval, parameters, next, recording);
    }

    Connect toMessage(long session) {
        return message(session, type, reportInterval, parameters, silence).toBuilder()
                .setRecording(recording)
                .build();
    }

    private static Connect message(
            long session,
            String type,
            Duration reportInterval,
            List<DeviceParameter> parameters,
            @Nullable SilenceWindow silence) {
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
