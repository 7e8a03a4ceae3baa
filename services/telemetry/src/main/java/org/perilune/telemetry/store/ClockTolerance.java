package org.perilune.telemetry.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.perilune.chassis.settings.Settings;

/**
 * How far a device's clock may be from ours and still be believed. What is newest goes by the device's time where it can
 * be true, since data may come late; and by the time of receipt where it cannot: one reading of the year 2099 must not
 * be the newest for ever.
 *
 * @param ahead of the receipt
 * @param behind the receipt: data may be that late
 */
public record ClockTolerance(Duration ahead, Duration behind) {
    public static ClockTolerance read(Settings in) {
        return new ClockTolerance(
                in.duration("clocks.ahead", Duration.ofMinutes(5)), in.duration("clocks.behind", Duration.ofDays(365)));
    }

    /** What a frame's values are ordered by, microseconds since 1970. */
    long order(long deviceMicros, long receivedMicros) {
        return isWrong(deviceMicros, receivedMicros) ? receivedMicros : deviceMicros;
    }

    public boolean isWrong(long deviceMicros, long receivedMicros) {
        long difference = deviceMicros - receivedMicros;
        return difference > ahead.toNanos() / 1_000 || -difference > behind.toNanos() / 1_000;
    }

    /** How far the clock is ahead, or behind where negative; empty while it can be right. */
    public Optional<Duration> wrongBy(Instant deviceTime, Instant received) {
        return isWrong(Times.micros(deviceTime), Times.micros(received))
                ? Optional.of(Duration.between(received, deviceTime))
                : Optional.empty();
    }
}
