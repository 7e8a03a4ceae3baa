package org.perilune.commanddispatcher.verify;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.Outcome;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands by what telemetry shows of them, in one copy at a time. Live frames can confirm a command at once; that
 * something was not shown is concluded only from what is stored, where nothing is missing. The time counts by the
 * device's clock: a device without a link is judged by what it sends when it is back, until the command's own time and
 * the verification's are over; then it ends without, {@code unknown} if nothing at all was heard.
 */
public final class Verifier {
    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);
    private static final Duration TURN = Duration.ofMillis(250);
    private static final long ASK_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long STORED_SOON_NANOS = Duration.ofMillis(500).toNanos();

    private final TelemetryReader telemetry;
    private final Transitions transitions;
    private final UplinkMeters meters;
    private final DatabaseClock clock;

    public Verifier(TelemetryReader telemetry, Transitions transitions, UplinkMeters meters, DatabaseClock clock) {
        this.telemetry = telemetry;
        this.transitions = transitions;
        this.meters = meters;
        this.clock = clock;
    }

    /** What one turn of the lock remembers. */
    private final class PendingVerifications {
        final Map<UUID, OpenCommand> open = new HashMap<>();
        /** When telemetry is asked of a device again, by the monotonic clock. */
        final Map<String, Long> askAt = new HashMap<>();

        final VerificationText text = new VerificationText(telemetry);
        final List<Transition> steps = new ArrayList<>();
        boolean answers = true;

        Set<String> devices() {
            return open.values().stream().map(one -> one.command().device()).collect(Collectors.toSet());
        }

        List<OpenCommand> of(String device) {
            return open.values().stream()
                    .filter(one -> one.command().device().equals(device))
                    .toList();
        }
    }

    /** What {@link LeaderElectedTask} runs. */
    public void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException {
        var pending = new PendingVerifications();
        var arrived = new WakeupSignal();
        long nextLoad = System.nanoTime();
        try (var follower = new TelemetryFollower(telemetry, arrived)) {
            while (goOn.getAsBoolean()) {
                if (System.nanoTime() - nextLoad >= 0) { // frames may come much more often
                    load(handle, pending);
                    nextLoad = System.nanoTime() + TURN.toNanos();
                }
                follower.follow(pending.devices());
                hear(pending, follower.take());
                ask(handle, pending, goOn);
                giveUp(pending);
                end(handle, pending);
                arrived.await(TURN);
            }
        }
    }

    private static void load(Handle handle, PendingVerifications pending) throws SQLException {
        List<UUID> ids = Verifying.ids(handle.getConnection());
        pending.open.keySet().retainAll(Set.copyOf(ids));
        List<UUID> fresh =
                ids.stream().filter(id -> !pending.open.containsKey(id)).toList();
        for (Verifying command : Verifying.all(handle.getConnection(), fresh)) {
            pending.open.put(command.id(), new OpenCommand(command));
            pending.askAt.put(command.device(), System.nanoTime());
        }
        pending.askAt.keySet().retainAll(pending.devices());
    }

    private static void hear(PendingVerifications pending, List<Shown> frames) {
        if (frames.isEmpty()) {
            return;
        }
        Map<String, List<OpenCommand>> byDevice = pending.open.values().stream()
                .collect(Collectors.groupingBy(one -> one.command().device()));
        for (Shown frame : frames) {
            for (OpenCommand one : byDevice.getOrDefault(frame.device(), List.of())) {
                Verifying command = one.command();
                if (frame.time().isAfter(command.shownUntil())) {
                    long soon = System.nanoTime() + STORED_SOON_NANOS;
                    pending.askAt.merge(command.device(), soon, (a, b) -> a - b < 0 ? a : b);
                } else if (pending.open.containsKey(command.id())) {
                    one.hear(frame).ifPresent(result -> conclude(pending, command, result));
                }
            }
        }
    }

    private void ask(Handle handle, PendingVerifications pending, BooleanSupplier goOn) throws SQLException {
        try {
            for (String device : List.copyOf(pending.askAt.keySet())) {
                if (System.nanoTime() - pending.askAt.getOrDefault(device, System.nanoTime()) >= 0) {
                    pending.askAt.put(device, System.nanoTime() + ASK_NANOS);
                    ask(handle, pending, device, goOn);
                    pending.answers = true;
                }
            }
        } catch (ServiceException failure) {
            // The next round asks again; the others of this one would wait as long for nothing.
            if (pending.answers) {
                LOG.warn("Telemetry does not tell what commands came to; they wait for it", failure);
            }
            pending.answers = false;
        }
    }

    private void ask(Handle handle, PendingVerifications pending, String device, BooleanSupplier goOn)
            throws SQLException {
        List<OpenCommand> commands = pending.of(device);
        if (commands.isEmpty()) {
            return;
        }
        for (OpenCommand one : commands) {
            findValueBefore(handle, one);
        }
        Instant from =
                Collections.min(commands.stream().map(OpenCommand::readTo).toList());
        TelemetryReader.Readings read = telemetry.since(device, from, goOn);
        if (read.shown().isEmpty()) {
            return;
        }
        Instant newest = read.shown().getLast().time();
        for (OpenCommand one : commands) {
            one.read(read.all() ? read.shown() : null, newest, telemetry, goOn)
                    .ifPresent(result -> conclude(pending, one.command(), result));
        }
    }

    private void findValueBefore(Handle handle, OpenCommand one) throws SQLException {
        Verifying command = one.command();
        if (!command.lacksValueBefore()) {
            return;
        }
        OptionalDouble before =
                telemetry.lastBefore(command.device(), command.expectation().parameter(), command.began());
        if (before.isPresent()) {
            Verifying.keepValueBefore(handle.getConnection(), command.id(), before.getAsDouble());
            one.valueBefore(before.getAsDouble());
        }
    }

    private static void conclude(PendingVerifications pending, Verifying command, VerificationResult result) {
        boolean shown = result.kind() == VerificationResult.Kind.SHOWN;
        pending.open.remove(command.id());
        pending.steps.add(Transition.ours(
                command.id(),
                shown ? CommandState.COMPLETED : CommandState.FAILED,
                shown ? pending.text.shown(command, result) : pending.text.notShown(command, result)));
    }

    private void giveUp(PendingVerifications pending) {
        if (!clock.isSteady()) {
            return;
        }
        Instant now = clock.instant();
        for (OpenCommand one : List.copyOf(pending.open.values())) {
            Verifying command = one.command();
            if (now.isBefore(command.giveUp())) {
                continue;
            }
            if (one.seen().last() != null) {
                conclude(
                        pending,
                        command,
                        new VerificationResult(
                                VerificationResult.Kind.NOT_SHOWN, one.seen().last()));
                continue;
            }
            pending.open.remove(command.id());
            pending.steps.add(Transition.ours(command.id(), CommandState.UNKNOWN, pending.text.nothing(command)));
        }
    }

    private void end(Handle handle, PendingVerifications pending) {
        if (pending.steps.isEmpty()) {
            return;
        }
        List<Transition> steps = List.copyOf(pending.steps);
        pending.steps.clear();
        List<Outcome> outcomes = handle.inTransaction(transaction -> transitions.apply(transaction, steps));
        for (int index = 0; index < outcomes.size(); index++) {
            if (outcomes.get(index) == Outcome.APPLIED) {
                switch (steps.get(index).to()) {
                    case COMPLETED -> meters.verified.increment();
                    case FAILED -> meters.refuted.increment();
                    default -> meters.unknown.increment();
                }
            }
        }
    }
}
