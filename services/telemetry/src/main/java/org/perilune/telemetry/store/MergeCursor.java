package org.perilune.telemetry.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The frames of one mark, newest first, read bit by bit. Frames that count come by seq; should the device's clock have
 * been set back between them, a frame counts as no newer than the ones given before it, so that chains can be merged.
 */
public final class MergeCursor implements Comparable<MergeCursor> {
    private final Deque<StoredFrame> read = new ArrayDeque<>();
    private RangeScan rest;
    private boolean exhausted;
    private long effective = Long.MAX_VALUE;

    public MergeCursor(RangeScan slice) {
        this.rest = slice;
    }

    public RangeScan rest() {
        return rest;
    }

    public TimeIndexEntry mark() {
        return rest.mark();
    }

    /** Takes in what was read of {@link #rest}. */
    public void fill(List<StoredFrame> frames, int asked) {
        read.addAll(frames);
        exhausted = frames.size() < asked;
        if (!frames.isEmpty()) {
            rest = rest.before(frames.getLast());
            lower();
        }
    }

    /** Goes on where another page ended. */
    public void resume(long effectiveMicros) {
        effective = effectiveMicros;
    }

    public boolean isEmpty() {
        return read.isEmpty();
    }

    public boolean mayHaveMore() {
        return read.isEmpty() && !exhausted;
    }

    /** Device time of the next frame, or of an older one where the clock was set back. */
    public long effectiveMicros() {
        return effective;
    }

    public StoredFrame take() {
        StoredFrame taken = read.remove();
        lower();
        return taken;
    }

    private void lower() {
        if (!read.isEmpty()) {
            effective = Math.min(effective, Times.micros(read.peek().time()));
        }
    }

    @Override
    public int compareTo(MergeCursor other) {
        int byTime = Long.compare(other.effective, effective);
        if (byTime != 0) {
            return byTime;
        }
        int byDevice = Integer.compare(mark().device(), other.mark().device());
        return byDevice != 0 ? byDevice : Long.compare(other.mark().epoch(), mark().epoch());
    }
}
