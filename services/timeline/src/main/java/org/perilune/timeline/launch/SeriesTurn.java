package org.perilune.timeline.launch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventIds;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.event.Schedule;
import org.perilune.timeline.store.Change;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Timeline;
import org.perilune.timeline.store.TimelineEvents;

/**
 * A repeated event whose next occurrence is due: the occurrence becomes an event of its own, with an id that follows from
 * series and time, and the series moves on. Both steps can be repeated, by any copy.
 */
public final class SeriesTurn {
    private static final String OVER = "It comes no more";

    private final Timeline timeline;
    private final EventStore store;
    private final Duration grace;
    private final Clock clock;

    public SeriesTurn(Timeline timeline, EventStore store, Duration grace, Clock clock) {
        this.timeline = timeline;
        this.store = store;
        this.grace = grace;
        this.clock = clock;
    }

    void turn(Entry entry) {
        Optional<Event> found = store.find(entry.id());
        if (found.isEmpty() || found.get().version() != entry.version()) {
            timeline.refresh(entry.id());
            return;
        }
        Event series = found.get();
        String repeat = series.repeat();
        if (repeat == null) {
            throw new IllegalStateException("A repeated event says no more when: " + series.id());
        }
        Schedule schedule = Schedule.parse(repeat);
        Instant now = clock.instant();
        Instant due = series.time();
        Instant last =
                schedule.atOrBefore(now).filter(latest -> latest.isAfter(due)).orElse(due);
        boolean launched = series.runOnce() || series.command() == null || !now.isAfter(last.plus(grace));
        if (launched) {
            occurrence(series, last, EventState.PLANNED, null);
            if (!series.runOnce() && series.command() != null) {
                schedule.before(last)
                        .filter(before -> !before.isBefore(due))
                        .ifPresent(before -> missed(series, before));
            }
        } else {
            missed(series, last);
        }
        Change move = Change.at(now);
        schedule.after(now.isAfter(last) ? now : last)
                .ifPresentOrElse(
                        move::time,
                        () -> move.state(EventState.PASSED)
                                .detail(OVER)
                                .tells(TimelineEvents.ended(series, EventState.PASSED, OVER, null, now)));
        timeline.changeFirst(series.id(), series.version(), move).ifPresent(moved -> timeline.tell(moved.id()));
    }

    private void missed(Event series, Instant last) {
        String since = last.equals(series.time()) ? "" : "; with it those from " + series.time() + " on";
        occurrence(
                series,
                last,
                EventState.MISSED,
                "Nobody launched it in time: the timeline or MongoDB was away" + since);
    }

    private void occurrence(Event series, Instant time, EventState state, @Nullable String detail) {
        Instant now = clock.instant();
        var occurrence = new Event(
                EventIds.occurrence(series.id(), time),
                series.name(),
                EventKind.PLANNED,
                time,
                null,
                series.device(),
                series.command(),
                series.runOnce(),
                null,
                series.id(),
                state,
                detail,
                null,
                series.createdBy(),
                now,
                series.changedBy(),
                now,
                1,
                0,
                null,
                null);
        timeline.create(List.of(occurrence));
    }
}
