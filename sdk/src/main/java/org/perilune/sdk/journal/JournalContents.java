package org.perilune.sdk.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which files a journal has, and how far their frames are stored. Safe for use by several threads. */
final class JournalContents {
    /** Guards what follows; never held across input or output. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<Segment> segments;
    private final Map<Long, Long> settled;

    /** @param segments oldest first, at least one */
    JournalContents(List<Segment> segments, Map<Long, Long> settled) {
        this.segments = segments;
        this.settled = settled;
    }

    Segment newest() {
        lock.lock();
        try {
            return segments.getLast();
        } finally {
            lock.unlock();
        }
    }

    void add(Segment segment) {
        lock.lock();
        try {
            segments.add(segment);
        } finally {
            lock.unlock();
        }
    }

    List<Segment> segments() {
        lock.lock();
        try {
            return List.copyOf(segments);
        } finally {
            lock.unlock();
        }
    }

    /** Whether that was news. What was never written is ignored. */
    boolean settle(long epoch, long upto) {
        lock.lock();
        try {
            @Nullable Segment last = null;
            for (Segment segment : segments) {
                if (segment.epoch() == epoch) {
                    last = segment;
                }
            }
            if (last == null) {
                return false;
            }
            long known = Math.min(upto, last.lastSeq());
            if (known <= upto(epoch)) {
                return false;
            }
            settled.put(epoch, known);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes out the segments whose frames are all settled; never the one that is written to. */
    List<Segment> removeSettled() {
        var done = new ArrayList<Segment>();
        lock.lock();
        try {
            for (Segment segment : segments.subList(0, segments.size() - 1)) {
                if (segment.lastSeq() <= upto(segment.epoch())) {
                    done.add(segment);
                }
            }
            segments.removeAll(done);
            settled.keySet().removeIf(known -> segments.stream().noneMatch(segment -> segment.epoch() == known));
        } finally {
            lock.unlock();
        }
        return done;
    }

    /** Stored up to, by epoch. */
    Map<Long, Long> settled() {
        lock.lock();
        try {
            return new TreeMap<>(settled);
        } finally {
            lock.unlock();
        }
    }

    long settledUpto(long epoch) {
        lock.lock();
        try {
            return upto(epoch);
        } finally {
            lock.unlock();
        }
    }

    private long upto(long epoch) {
        return settled.getOrDefault(epoch, 0L);
    }

    private long oldestUnsettled(Segment segment) {
        return Math.max(segment.firstSeq(), upto(segment.epoch()) + 1);
    }

    long unsettledFrames() {
        lock.lock();
        try {
            long frames = 0;
            for (Segment segment : segments) {
                frames += Math.max(0, segment.lastSeq() - oldestUnsettled(segment) + 1);
            }
            return frames;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return segments.stream().mapToLong(Segment::durableBytes).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the oldest frame that is not settled lies before this one. */
    boolean unsettledBefore(long epoch, long seq) {
        lock.lock();
        try {
            for (Segment segment : segments) {
                long oldest = oldestUnsettled(segment);
                if (oldest <= segment.lastSeq()) {
                    return segment.epoch() < epoch || (segment.epoch() == epoch && oldest < seq);
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The first unsettled frame at or behind this one, or null. */
    @Nullable
    Place unsettledFrom(long epoch, long seq) {
        lock.lock();
        try {
            for (Segment segment : segments) {
                if (segment.epoch() < epoch) {
                    continue;
                }
                long from = oldestUnsettled(segment);
                if (segment.epoch() == epoch) {
                    from = Math.max(from, seq);
                }
                if (from <= segment.lastSeq()) {
                    return new Place(segment, from);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** A frame, and the file that has it. */
    record Place(Segment segment, long seq) {}
}
