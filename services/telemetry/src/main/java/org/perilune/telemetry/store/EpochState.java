package org.perilune.telemetry.store;

import org.jspecify.annotations.Nullable;

/**
 * What the owner of a partition knows of one epoch of one device. Epoch 0 stands for all frames of a device that does
 * not count. Belongs to one writer; not safe for threads.
 */
public final class EpochState {
    public static final long NO_MINUTE = Long.MIN_VALUE;

    private final Key key;
    private final @Nullable SequenceTracker progress;

    /** The minute (since 1970) whose mark is open; {@link #NO_MINUTE}: none. */
    public long openMinute = NO_MINUTE;

    /** The least seq that the open mark covers. */
    long openFrom;

    /** The greatest seq seen, those of the batch under way included. */
    public long seen;

    /** When the last frame came, by {@link System#nanoTime}. */
    public long touched;

    /** Of the older of so many epochs of its device that it is forgotten when it is written. */
    public boolean surplus;

    /** Progress that is not written yet. */
    public boolean dirty;

    public record Key(int deviceId, String device, long epoch) {}

    EpochState(Key key, @Nullable SequenceTracker progress) {
        this.key = key;
        this.progress = progress;
        this.seen = progress == null ? 0 : progress.highest();
    }

    public Key key() {
        return key;
    }

    public int deviceId() {
        return key.deviceId;
    }

    /** Null for frames that are not counted. */
    @Nullable
    public SequenceTracker progress() {
        return progress;
    }
}
