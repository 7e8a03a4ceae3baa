package org.perilune.telemetry.device;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a device's state is told. All by our clock and by when things were received: the device's own clock
 * may be wrong by years.
 */
final class DeviceStates {
    /** Assumed of devices that announce no interval. */
    static final Duration USUAL_INTERVAL = Duration.ofSeconds(30);

    /** How long after an announced silence a device is still given. */
    static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration LEAST_DARK = Duration.ofSeconds(30);
    /**
     * What was on its way when the last will came is no sign of life. Not so where the will names no session: a client
     * like that says nothing when it connects anew, and what is received after the will is all there is.
     */
    private static final Duration WILL_OVERTAKEN = Duration.ofSeconds(1);

    private DeviceStates() {}

    /**
     * What is known of a device's life.
     *
     * @param lastContact when something of it was last received
     * @param interval zero where it announces none
     * @param willAt when the last will of its current session came
     * @param willNamesSession whether that will says of which session it is
     * @param recording whether it plays back a recording
     */
    record Signs(
            @Nullable Instant lastContact,
            Duration interval,
            @Nullable Instant connectedAt,
            @Nullable Instant willAt,
            boolean willNamesSession,
            boolean recording,
            @Nullable Instant silenceFrom,
            @Nullable Instant silenceUntil) {}

    /** @param since when it became so, where that follows from the signs; null for {@code online} and {@code unknown} */
    record Status(DeviceState state, @Nullable Instant since) {}

    static Status tell(Signs signs, Instant now) {
        Instant contact = signs.lastContact();
        if (contact == null) {
            return new Status(DeviceState.UNKNOWN, null);
        }
        Duration interval = signs.interval().isZero() ? USUAL_INTERVAL : signs.interval();
        Instant late = contact.plus(interval.multipliedBy(2)).plusSeconds(1);
        boolean quiet = now.isAfter(late);
        Instant willAt = signs.willAt();
        Duration overtaken = signs.willNamesSession() ? WILL_OVERTAKEN : Duration.ZERO;
        boolean gone = willAt != null && !contact.isAfter(willAt.plus(overtaken));
        if (signs.recording() && (quiet || gone)) {
            return new Status(DeviceState.ENDED, contact);
        }
        Instant silenceFrom = signs.silenceFrom();
        Instant silenceUntil = signs.silenceUntil();
        if (silenceFrom != null
                && silenceUntil != null
                && !now.isBefore(silenceFrom)
                && !now.isAfter(silenceUntil.plus(GRACE))
                && (quiet || gone || !contact.isAfter(silenceFrom))) {
            return new Status(DeviceState.PLANNED_SILENCE, contact.isAfter(silenceFrom) ? contact : silenceFrom);
        }
        if (gone) {
            return new Status(DeviceState.DARK, willAt);
        }
        Duration darkAfter = max(LEAST_DARK, interval.multipliedBy(10));
        if (now.isAfter(contact.plus(darkAfter))) {
            return new Status(DeviceState.DARK, contact.plus(darkAfter));
        }
        Duration staleAfter = max(interval.multipliedBy(5), Duration.between(contact, late));
        if (now.isAfter(contact.plus(staleAfter))) {
            return new Status(DeviceState.STALE, contact.plus(staleAfter));
        }
        return quiet ? new Status(DeviceState.LATE, late) : new Status(DeviceState.ONLINE, null);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
