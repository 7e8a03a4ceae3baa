package org.perilune.commanddispatcher;

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
import org.perilune.chassis.DatabaseClock;
import org.perilune.chassis.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands by what telemetry shows of them, in one copy at a time. Live frames can confirm a command at once; that
 * something was not shown is concluded only from what is stored, where nothing is missing. The time counts by the
 * device's clock: a device without a link is judged by what it sends when it is back, until the command's own time and
 * the verification's are over; then it ends without, {@code unknown} if nothing at all was heard.
 */
final class Verifier {
    private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);
    private static final Duration TURN = Duration.ofMillis(250);
    private static final long ASK_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long STORED_SOON_NANOS = Duration.ofMillis(500).toNanos();

    private final TelemetryReader telemetry;
    private final Transitions transitions;
    private final UplinkMeters meters;
    private final DatabaseClock clock;

    Verifier(TelemetryReader telemetry, Transitions transitions, UplinkMeters meters, DatabaseClock clock) {
        this.telemetry = telemetry;
        this.transitions = transitions;
        this.meters = meters;
        this.clock = clock;
    }

    /** What one turn of the lock remembers. */
    private final class Docket {
        final Map<UUID, OpenCommand> open = new HashMap<>();
        /** When telemetry is asked of a device again, by the monotonic clock. */
        final Map<String, Long> askAt = new HashMap<>();

        final VerdictText text = new VerdictText(telemetry);
        final List<Step> steps = new ArrayList<>();
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

    /** What {@link SoleRunner} runs. */
    void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException {
        var docket = new Docket();
        var arrived = new Signal();
        long nextLoad = System.nanoTime();
        try (var follower = new TelemetryFollower(telemetry, arrived)) {
            while (goOn.getAsBoolean()) {
                if (System.nanoTime() - nextLoad >= 0) { // frames may come much more often
                    load(handle, docket);
                    nextLoad = System.nanoTime() + TURN.toNanos();
                }
                follower.follow(docket.devices());
                hear(docket, follower.take());
                ask(handle, docket, goOn);
                giveUp(docket);
                end(handle, docket);
                arrived.await(TURN);
            }
        }
    }

    private static void load(Handle handle, Docket docket) throws SQLException {
        List<UUID> ids = Verifying.ids(handle.getConnection());
        docket.open.keySet().retainAll(Set.copyOf(ids));
        List<UUID> fresh =
                ids.stream().filter(id -> !docket.open.containsKey(id)).toList();
        for (Verifying command : Verifying.all(handle.getConnection(), fresh)) {
            docket.open.put(command.id(), new OpenCommand(command));
            docket.askAt.put(command.device(), System.nanoTime());
        }
        docket.askAt.keySet().retainAll(docket.devices());
    }

    private static void hear(Docket docket, List<Shown> frames) {
        if (frames.isEmpty()) {
            return;
        }
        Map<String, List<OpenCommand>> byDevice = docket.open.values().stream()
                .collect(Collectors.groupingBy(one -> one.command().device()));
        for (Shown frame : frames) {
            for (OpenCommand one : byDevice.getOrDefault(frame.device(), List.of())) {
                Verifying command = one.command();
                if (frame.time().isAfter(command.shownUntil())) {
                    long soon = System.nanoTime() + STORED_SOON_NANOS;
                    docket.askAt.merge(command.device(), soon, (a, b) -> a - b < 0 ? a : b);
                } else if (docket.open.containsKey(command.id())) {
                    one.hear(frame).ifPresent(verdict -> conclude(docket, command, verdict));
                }
            }
        }
    }

    private void ask(Handle handle, Docket docket, BooleanSupplier goOn) throws SQLException {
        try {
            for (String device : List.copyOf(docket.askAt.keySet())) {
                if (System.nanoTime() - docket.askAt.getOrDefault(device, System.nanoTime()) >= 0) {
                    docket.askAt.put(device, System.nanoTime() + ASK_NANOS);
                    ask(handle, docket, device, goOn);
                    docket.answers = true;
                }
            }
        } catch (ServiceException failure) {
            // The next round asks again; the others of this one would wait as long for nothing.
            if (docket.answers) {
                LOG.warn("Telemetry does not tell what commands came to; they wait for it", failure);
            }
            docket.answers = false;
        }
    }

    private void ask(Handle handle, Docket docket, String device, BooleanSupplier goOn) throws SQLException {
        List<OpenCommand> commands = docket.of(device);
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
                    .ifPresent(verdict -> conclude(docket, one.command(), verdict));
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

    private static void conclude(Docket docket, Verifying command, Verdict verdict) {
        boolean shown = verdict.kind() == Verdict.Kind.SHOWN;
        docket.open.remove(command.id());
        docket.steps.add(Step.ours(
                command.id(),
                shown ? CommandState.COMPLETED : CommandState.FAILED,
                shown ? docket.text.shown(command, verdict) : docket.text.notShown(command, verdict)));
    }

    private void giveUp(Docket docket) {
        if (!clock.isSteady()) {
            return;
        }
        Instant now = clock.instant();
        for (OpenCommand one : List.copyOf(docket.open.values())) {
            Verifying command = one.command();
            if (now.isBefore(command.giveUp())) {
                continue;
            }
            if (one.seen().last() != null) {
                conclude(
                        docket,
                        command,
                        new Verdict(Verdict.Kind.NOT_SHOWN, one.seen().last()));
                continue;
            }
            docket.open.remove(command.id());
            docket.steps.add(Step.ours(command.id(), CommandState.UNKNOWN, docket.text.nothing(command)));
        }
    }

    private void end(Handle handle, Docket docket) {
        if (docket.steps.isEmpty()) {
            return;
        }
        List<Step> steps = List.copyOf(docket.steps);
        docket.steps.clear();
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
