package org.perilune.telemetry.ingest;

import org.perilune.chassis.settings.Settings;

/**
 * Bounds of what the ingest reads, and leaves in Redis.
 *
 * @param batchBytes of messages that a writer reads and stores at once
 * @param keptBytes of stored messages that stay in each partition's stream for live followers
 * @param shortOfMemory part of Redis' memory from which on none of them stay; 0 to 1
 * @param newEpochsAMinute of each device, beyond some at once
 */
public record IngestLimits(int batchBytes, long keptBytes, double shortOfMemory, int newEpochsAMinute) {
    private static final int MEGABYTE = 1 << 20;

    /**
     * Reads {@code streams.batch-megabytes}, {@code streams.keep-megabytes}, {@code streams.short-of-memory}, {@code
     * epochs.new-a-minute}.
     */
    public static IngestLimits read(Settings in) {
        return new IngestLimits(
                in.integer("streams.batch-megabytes", 4, 1, 64) * MEGABYTE,
                (long) in.integer("streams.keep-megabytes", 16, 0, 1_024) * MEGABYTE,
                in.decimal("streams.short-of-memory", 0.5, 0, 1),
                in.integer("epochs.new-a-minute", 60, 1, 100_000));
    }
}
