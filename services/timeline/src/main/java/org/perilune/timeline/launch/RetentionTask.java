package org.perilune.timeline.launch;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.store.EventIndex;
import org.perilune.timeline.store.Timeline;

/** Takes away what is long past. */
public final class RetentionTask {
    private static final int AT_ONCE = 500;
    /** Bounds one turn; the next one goes on. */
    private static final int MOST = 20_000;

    private final Timeline timeline;
    private final EventIndex index;
    private final Duration keepPlanned;
    private final Duration keepPredicted;
    private final Clock clock;

    public RetentionTask(
            Timeline timeline, EventIndex index, Duration keepPlanned, Duration keepPredicted, Clock clock) {
        this.timeline = timeline;
        this.index = index;
        this.keepPlanned = keepPlanned;
        this.keepPredicted = keepPredicted;
        this.clock = clock;
    }

    public void turn() {
        long plannedBefore = clock.instant().minus(keepPlanned).toEpochMilli();
        long predictedBefore = clock.instant().minus(keepPredicted).toEpochMilli();
        List<UUID> old = index.all().stream()
                .takeWhile(entry -> entry.timeMillis() < Math.max(plannedBefore, predictedBefore))
                .filter(entry -> switch (entry.state()) {
                    case PLANNED, DISPATCHING -> false;
                    case PREDICTED -> entry.endMillis() < predictedBefore;
                    case DISPATCHED, PASSED, MISSED, FAILED, CANCELLED -> entry.timeMillis() < plannedBefore;
                })
                .limit(MOST)
                .map(Entry::id)
                .toList();
        for (int start = 0; start < old.size(); start += AT_ONCE) {
            timeline.remove(old.subList(start, Math.min(old.size(), start + AT_ONCE)));
        }
    }
}
