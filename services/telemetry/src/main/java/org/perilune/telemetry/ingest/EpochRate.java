package org.perilune.telemetry.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often a device may begin a new epoch: each costs questions to the database, a row for good and some memory. What
 * comes above the rate is kept as a reject; a device with a journal sends it again. Not safe for threads.
 */
final class EpochRate {
    /** A device that is restarted again and again in an hour of trouble is no abuse. */
    static final int AT_ONCE = 1_000;

    private static final int MOST_DEVICES = 10_000;
    private static final double NANOS_A_MINUTE = 60e9;

    private final int aMinute;
    private final LongSupplier nanoTime;
    private final double aNano;
    private final Map<Integer, Allowance> devices = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Allowance> eldest) {
            return size() > MOST_DEVICES;
        }
    };

    private static final class Allowance {
        private double left = AT_ONCE;
        private long since;
    }

    /** @param nanoTime as {@link System#nanoTime} */
    EpochRate(int aMinute, LongSupplier nanoTime) {
        this.aMinute = aMinute;
        this.aNano = aMinute / NANOS_A_MINUTE;
        this.nanoTime = nanoTime;
    }

    /** Counts one, or says that there are too many. */
    boolean mayBegin(int device) {
        long now = nanoTime.getAsLong();
        Allowance allowance = devices.computeIfAbsent(device, ignored -> {
            var fresh = new Allowance();
            fresh.since = now;
            return fresh;
        });
        allowance.left = Math.min(AT_ONCE, allowance.left + (now - allowance.since) * aNano);
        allowance.since = now;
        if (allowance.left < 1) {
            return false;
        }
        allowance.left--;
        return true;
    }

    /** For people. */
    String refusal() {
        return "The device begins new epochs too often: %d at once and %d a minute are taken"
                .formatted(AT_ONCE, aMinute);
    }
}
