package org.perilune.embedded.mqtt;

import org.perilune.embedded.host.BackendsConfig;

/**
 * How fast one device may publish, in messages and in bytes: so much a second, and {@link #SECONDS_AT_ONCE} times as much
 * at once. Belongs to the device and not to its connection, so that connecting anew gains nothing. Safe for threads.
 */
final class DeviceRate {
    static final int SECONDS_AT_ONCE = 10;

    private static final double NANOS_A_SECOND = 1e9;

    private final BackendsConfig.DeviceLimit limit;
    private double messages;
    private double bytes;
    private long since;

    /** @param now {@link System#nanoTime} */
    DeviceRate(BackendsConfig.DeviceLimit limit, long now) {
        this.limit = limit;
        this.messages = (double) limit.messagesPerSecond() * SECONDS_AT_ONCE;
        this.bytes = (double) limit.bytesPerSecond() * SECONDS_AT_ONCE;
        this.since = now;
    }

    /** Counts a message. @return for how many nanoseconds no other should be read */
    synchronized long take(int size, long now) {
        double seconds = (now - since) / NANOS_A_SECOND;
        since = now;
        messages = refilled(messages, limit.messagesPerSecond(), seconds) - 1;
        bytes = refilled(bytes, limit.bytesPerSecond(), seconds) - size;
        double owed = Math.max(-messages / limit.messagesPerSecond(), -bytes / limit.bytesPerSecond());
        return owed <= 0 ? 0 : (long) (owed * NANOS_A_SECOND);
    }

    private static double refilled(double left, int perSecond, double seconds) {
        return Math.min((double) perSecond * SECONDS_AT_ONCE, left + perSecond * seconds);
    }
}
