package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Streams;
import org.perilune.telemetry.store.EpochState;

/** What a writer keeps of a partition while it owns it. Not safe for threads. */
final class IngestPartition {
    /** For live followers, who read streams without a group. */
    private static final int KEPT_ENTRIES = 10_000;

    /** What Redis needs for an entry beside its fields, about. */
    private static final int ENTRY_BYTES = 100;

    /** Of a device, in memory. One has two while its journal is read on from an earlier start. */
    static final int EPOCHS_EACH = 32;

    private static final byte[] BEGINNING = "0-0".getBytes(UTF_8);

    private final int index;
    private final String stream;
    private final long keptBytes;
    private final Deque<Milestone> milestones = new ArrayDeque<>();
    private long read;
    private long readBytes;

    /** Where re-reading of what was not acknowledged is at; null when that is done. */
    byte @Nullable [] pendingAfter = BEGINNING;

    final Map<EpochState.Key, EpochState> states = new HashMap<>();

    private record Milestone(StreamId id, long read, long readBytes) {}

    /** @param keptBytes of acknowledged entries, kept for live followers */
    IngestPartition(int index, long keptBytes) {
        this.index = index;
        this.keptBytes = keptBytes;
        this.stream = Streams.telemetry(index);
    }

    int index() {
        return index;
    }

    String stream() {
        return stream;
    }

    /** Of each device the epochs that were heard of last are remembered: what else it sends is read again when needed. */
    void markSurplus() {
        var counts = new HashMap<Integer, Integer>();
        for (EpochState state : states.values()) {
            state.surplus = false;
            counts.merge(state.deviceId(), 1, Integer::sum);
        }
        counts.values().removeIf(count -> count <= EPOCHS_EACH);
        for (int device : counts.keySet()) {
            states.values().stream()
                    .filter(state -> state.deviceId() == device)
                    .sorted(Comparator.comparingLong((EpochState state) -> state.touched)
                            .reversed())
                    .skip(EPOCHS_EACH)
                    .forEach(state -> state.surplus = true);
        }
    }

    void readPendingAgain() {
        pendingAfter = BEGINNING;
    }

    void wasRead(List<StreamEntry> entries) {
        read += entries.size();
        for (StreamEntry entry : entries) {
            readBytes += entry.bytes() + ENTRY_BYTES;
        }
        milestones.addLast(new Milestone(StreamId.of(entries.getLast().id()), read, readBytes));
        while (milestones.size() > 1 && isEnoughSince(secondMilestone())) {
            milestones.removeFirst();
        }
    }

    private boolean isEnoughSince(Milestone milestone) {
        return milestone.read <= read - KEPT_ENTRIES || milestone.readBytes <= readBytes - keptBytes;
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
        return first != null && isEnoughSince(first) ? first.id : null;
    }
}
