package org.perilune.commanddispatcher.lifecycle;

import static org.perilune.commanddispatcher.lifecycle.CommandState.ACCEPTED;
import static org.perilune.commanddispatcher.lifecycle.CommandState.APPROVED;
import static org.perilune.commanddispatcher.lifecycle.CommandState.COMPLETED;
import static org.perilune.commanddispatcher.lifecycle.CommandState.HELD;
import static org.perilune.commanddispatcher.lifecycle.CommandState.SENT;
import static org.perilune.commanddispatcher.lifecycle.CommandState.VERIFYING;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.NotificationListener;

/** The only writer of what becomes of commands. Safe for threads. */
public final class Transitions {
    private final Clock clock;

    public Transitions(Clock clock) {
        this.clock = clock;
    }

    /**
     * Locks the commands, goes the steps in their order, writes rows, history and events and tells all copies, in the caller's
     * transaction: one statement each, however many steps.
     *
     * @return what came of each step, in their order
     */
    public List<Outcome> apply(Handle handle, List<Transition> steps) {
        if (steps.isEmpty()) {
            return List.of();
        }
        Instant now = clock.instant();
        var ids = new LinkedHashSet<UUID>();
        steps.forEach(step -> ids.add(step.command()));
        try {
            Map<UUID, CommandLifecycle> courses = CommandLifecycleTable.lock(handle.getConnection(), ids);
            var lines = new ArrayList<HistoryLine>();
            var outcomes = new ArrayList<Outcome>(steps.size());
            for (Transition step : steps) {
                CommandLifecycle course = courses.get(step.command());
                outcomes.add(course == null ? Outcome.NONE : go(course, step, now, lines));
            }
            List<CommandLifecycle> changed =
                    courses.values().stream().filter(course -> course.changed).toList();
            CommandLifecycleTable.write(handle.getConnection(), changed, now);
            HistoryLine.append(handle.getConnection(), lines);
            Outbox.append(handle, CommandEvent.changes(courses, lines));
            NotificationListener.notify(
                    handle,
                    CommandStore.CHANGED,
                    lines.stream().map(HistoryLine::command).distinct().toList());
            return outcomes;
        } catch (SQLException failure) {
            throw new IllegalStateException("Could not write what became of commands", failure);
        }
    }

    private static Outcome go(CommandLifecycle course, Transition step, Instant now, List<HistoryLine> lines) {
        if (course.state.isFinal()) {
            HistoryLine late = HistoryLine.of(step, step.to(), now, true);
            if (lines.stream().noneMatch(late::isAbout)) {
                lines.add(late);
            }
            return Outcome.LATE;
        }
        CommandState to =
                step.isDevices() && step.to() == COMPLETED && course.withinSeconds != null ? VERIFYING : step.to();
        if (!course.state.mayBecome(to) || !isFor(course, step)) {
            return Outcome.NONE;
        }
        if (step.isDevices() && CommandState.UNSENT.contains(course.state)) {
            // The device was quicker than the broker's word that it got the command.
            lines.add(HistoryLine.of(Transition.ours(step.command(), SENT, ""), SENT, now, false));
            course.become(Transition.ours(step.command(), SENT, ""), SENT, now);
        }
        course.become(step, to, now);
        lines.add(HistoryLine.of(step, to, now, false));
        return Outcome.APPLIED;
    }

    /** Whether whoever says so has a say in it where the command stands. */
    private static boolean isFor(CommandLifecycle course, Transition step) {
        CommandState from = course.state;
        return switch (step.to()) {
            case APPROVED -> from == HELD;
            case CANCELLED -> CommandState.UNSENT.contains(from) && !course.handedOver;
            case REJECTED -> step.isDevices() ? from != HELD : from == HELD;
            case SENT -> from == ACCEPTED || from == APPROVED;
            case EXPIRED -> step.isDevices() ? from != HELD : true;
            default -> from != HELD;
        };
    }
}
