package org.perilune.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Streams;

/** What a writer keeps of a partition while it owns it. Not safe for threads. */
final class IngestPartition {
    /** For live followers, who read streams without a group. */
    private static final int KEPT_ENTRIES = 10_000;

    private static final byte[] BEGINNING = "0-0".getBytes(UTF_8);

    private final int index;
    private final String stream;
    private final Deque<Milestone> milestones = new ArrayDeque<>();
    private long read;

    /** Where re-reading of what was not acknowledged is at; null when that is done. */
    byte @Nullable [] pendingAfter = BEGINNING;

    final Map<EpochState.Key, EpochState> states = new HashMap<>();

    private record Milestone(StreamId id, long read) {}

    IngestPartition(int index) {
        this.index = index;
        this.stream = Streams.telemetry(index);
    }

    int index() {
        return index;
    }

    String stream() {
        return stream;
    }

    void readPendingAgain() {
        pendingAfter = BEGINNING;
    }

    void wasRead(List<StreamEntry> entries) {
        read += entries.size();
        milestones.addLast(new Milestone(StreamId.of(entries.getLast().id()), read));
        while (milestones.size() > 1 && secondMilestone().read <= read - KEPT_ENTRIES) {
            milestones.removeFirst();
        }
    }

    private Milestone secondMilestone() {
        var iterator = milestones.iterator();
        iterator.next();
        return iterator.next();
    }

    /** Entries before this one are of no interest to live followers; null while there are few. */
    @Nullable
    StreamId keepFrom() {
        Milestone first = milestones.peekFirst();
        return first != null && first.read <= read - KEPT_ENTRIES ? first.id : null;
    }
}
