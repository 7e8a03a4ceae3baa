package org.perilune.batchrouter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many bytes of one kind each device may have kept: some at once, and as many again a minute. For what nobody misses
 * when there is too much of it. Not safe for threads.
 */
final class DeviceRations {
    private static final int MOST_DEVICES = 10_000;
    private static final double NANOS_A_MINUTE = 60e9;

    private final double bytesAMinute;
    private final LongSupplier nanoTime;
    private final Map<String, Ration> devices = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ration> eldest) {
            return size() > MOST_DEVICES;
        }
    };

    private static final class Ration {
        private double left;
        private long since;

        private Ration(double left, long since) {
            this.left = left;
            this.since = since;
        }
    }

    /** @param nanoTime as {@link System#nanoTime} */
    DeviceRations(long bytesAMinute, LongSupplier nanoTime) {
        this.bytesAMinute = (double) bytesAMinute;
        this.nanoTime = nanoTime;
    }

    /** Counts them, or says that there are too many. */
    boolean take(String device, long bytes) {
        long now = nanoTime.getAsLong();
        Ration ration = devices.computeIfAbsent(device, ignored -> new Ration(bytesAMinute, now));
        ration.left = Math.min(bytesAMinute, ration.left + (now - ration.since) * (bytesAMinute / NANOS_A_MINUTE));
        ration.since = now;
        if (ration.left < bytes) {
            return false;
        }
        ration.left -= bytes;
        return true;
    }
}
