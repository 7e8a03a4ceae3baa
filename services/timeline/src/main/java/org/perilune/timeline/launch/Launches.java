package org.perilune.timeline.launch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.launch.DispatcherClient.Outcome;
import org.perilune.timeline.store.Change;
import org.perilune.timeline.store.EventDocument;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Timeline;
import org.perilune.timeline.store.TimelineEvents;

/**
 * What happens to one event when it is due. Every step names the version it builds on, so that of several copies one
 * takes it; and the command's key names event and time, so that a step done twice is one command. Safe for threads.
 */
public final class Launches {
    private static final String TOO_LATE = "command-dispatcher did not take it in time";
    /** What is claimed and unsure may still be repeated so long after its grace: another copy takes over meanwhile. */
    private static final Duration TAKEOVER = Duration.ofSeconds(10);

    private final Timeline timeline;
    private final EventStore store;
    private final SeriesTurn series;
    private final DispatcherClient dispatcher;
    private final Lease lease;
    private final Duration grace;
    private final Clock clock;
    private final Timer lateness;
    private final MeterRegistry meters;

    /** Commands by event, as long as MongoDB was not told of them. */
    private final Map<UUID, String> taken = new ConcurrentHashMap<>();

    public Launches(
            Timeline timeline,
            EventStore store,
            SeriesTurn series,
            DispatcherClient dispatcher,
            Lease lease,
            Duration grace,
            Clock clock,
            MeterRegistry meters) {
        this.timeline = timeline;
        this.store = store;
        this.series = series;
        this.dispatcher = dispatcher;
        this.lease = lease;
        this.grace = grace;
        this.clock = clock;
        this.meters = meters;
        this.lateness = Timer.builder("timeline.launch.lateness")
                .description("From an event's time until its command was sent")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
    }

    /** How an attempt ended. */
    enum Result {
        DONE,
        /** Claimed, and the dispatcher did not take it; surely. */
        NOT_TAKEN,
        /** Claimed, and it may have been taken. */
        UNSURE
    }

    /** An event whose time has come. */
    Result due(Entry entry) {
        Instant now = clock.instant();
        if (entry.repeats()) {
            series.turn(entry);
            return Result.DONE;
        }
        if (!entry.hasCommand()) {
            end(entry, EventState.PASSED, null);
            return Result.DONE;
        }
        boolean onTime = !now.isAfter(Instant.ofEpochMilli(entry.timeMillis()).plus(grace));
        if (!onTime && !entry.runOnce()) {
            end(entry, EventState.MISSED, "Nobody launched it in time: the timeline or MongoDB was away");
            return Result.DONE;
        }
        Change claim = Change.at(now).state(EventState.DISPATCHING).fence(lease.fence());
        return timeline.changeFirst(entry.id(), entry.version(), claim)
                .map(event -> attempt(event, true))
                .orElse(Result.DONE);
    }

    /**
     * An event that was claimed before, by this copy or one that ended.
     *
     * @param sure whether no attempt before can have been taken
     */
    Result again(Entry entry, boolean sure) {
        Optional<Event> event = store.find(entry.id());
        if (event.isEmpty()
                || event.get().version() != entry.version()
                || event.get().state() != EventState.DISPATCHING) {
            taken.remove(entry.id());
            timeline.refresh(entry.id());
            return Result.DONE;
        }
        long fence = lease.fence();
        if (event.get().fence() == fence) {
            return attempt(event.get(), sure);
        }
        return timeline.changeFirst(
                        entry.id(), entry.version(), Change.at(clock.instant()).fence(fence))
                .map(claimed -> attempt(claimed, false))
                .orElse(Result.DONE);
    }

    private Result attempt(Event event, boolean sure) {
        EventCommand command = event.command();
        if (command == null) {
            throw new IllegalStateException("An event without a command was claimed: " + event.id());
        }
        String known = taken.get(event.id());
        if (known != null) {
            dispatched(event, known);
            return Result.DONE;
        }
        if (!event.runOnce() && isTooLate(event, sure)) {
            giveUp(event, sure, TOO_LATE);
            return Result.DONE;
        }
        if (!lease.isHeld()) {
            return sure ? Result.NOT_TAKEN : Result.UNSURE; // whoever holds it goes on
        }
        Instant sent = clock.instant();
        Outcome outcome = dispatcher.dispatch(event, command);
        return switch (outcome) {
            case Outcome.Accepted accepted -> {
                lateness.record(Math.max(0, Duration.between(event.time(), sent).toNanos()), TimeUnit.NANOSECONDS);
                taken.put(event.id(), accepted.commandId());
                dispatched(event, accepted.commandId());
                yield Result.DONE;
            }
            case Outcome.Refused refused -> {
                end(event, EventState.FAILED, "command-dispatcher refused it: " + refused.detail(), null);
                yield Result.DONE;
            }
            case Outcome.NotTaken notTaken -> orGiveUp(event, sure, notTaken.detail());
            case Outcome.Unsure unsure -> orGiveUp(event, false, unsure.detail());
        };
    }

    private Result orGiveUp(Event event, boolean sure, String detail) {
        if (!event.runOnce() && isTooLate(event, sure)) {
            giveUp(event, sure, TOO_LATE + ": " + detail);
            return Result.DONE;
        }
        return sure ? Result.NOT_TAKEN : Result.UNSURE;
    }

    private boolean isTooLate(Event event, boolean sure) {
        Duration timeout = sure ? grace : grace.plus(TAKEOVER);
        return clock.instant().isAfter(event.time().plus(timeout));
    }

    private void giveUp(Event event, boolean sure, String detail) {
        if (sure) {
            end(event, EventState.MISSED, detail, null);
            return;
        }
        String unknown = "It is not known whether the command left; see command-dispatcher. " + detail;
        end(event, EventState.FAILED, unknown, null);
    }

    private void dispatched(Event event, String commandId) {
        end(event, EventState.DISPATCHED, null, commandId);
        taken.remove(event.id());
    }

    /** Of what was not claimed; what changed meanwhile is looked at again. */
    private void end(Entry entry, EventState state, @Nullable String detail) {
        store.find(entry.id())
                .filter(event -> event.version() == entry.version())
                .ifPresentOrElse(event -> end(event, state, detail, null), () -> timeline.refresh(entry.id()));
    }

    private void end(Event event, EventState state, @Nullable String detail, @Nullable String commandId) {
        Instant now = clock.instant();
        Change change = Change.at(now).state(state).tells(TimelineEvents.ended(event, state, detail, commandId, now));
        if (detail != null) {
            change.detail(detail);
        }
        if (commandId != null) {
            change.set(EventDocument.COMMAND_ID, EventDocument.text(commandId));
        }
        timeline.changeFirst(event.id(), event.version(), change).ifPresent(ended -> {
            meters.counter("timeline.events", "state", state.wireName()).increment();
            timeline.tell(ended.id());
        });
    }
}
