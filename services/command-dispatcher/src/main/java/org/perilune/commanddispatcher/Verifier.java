package org.perilune.commanddispatcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
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
    private static final Duration ASK = Duration.ofSeconds(2);
    private static final Duration STORED_SOON = Duration.ofMillis(500);

    private final TelemetryReader telemetry;
    private final Transitions transitions;
    private final UplinkMeters meters;
    private final Clock clock;

    Verifier(TelemetryReader telemetry, Transitions transitions, UplinkMeters meters, Clock clock) {
        this.telemetry = telemetry;
        this.transitions = transitions;
        this.meters = meters;
        this.clock = clock;
    }

    /** What one turn of the lock remembers. */
    private static final class Docket {
        Map<UUID, Verifying> open = Map.of();
        final Map<String, Instant> askAt = new HashMap<>();
        final Map<UUID, Verdict> seen = new HashMap<>();
        boolean answers = true;
    }

    /** What {@link SoleRunner} runs. */
    void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException {
        var docket = new Docket();
        var arrived = new Signal();
        try (var follower = new TelemetryFollower(telemetry, arrived)) {
            while (goOn.getAsBoolean()) {
                load(handle, docket);
                follower.follow(
                        docket.open.values().stream().map(Verifying::device).collect(Collectors.toSet()));
                var steps = new ArrayList<Step>();
                hear(docket, follower.take(), steps);
                ask(handle, docket, steps);
                giveUp(docket, steps);
                end(handle, steps);
                arrived.await(TURN);
            }
        }
    }

    private static void load(Handle handle, Docket docket) throws SQLException {
        docket.open = Verifying.all(handle.getConnection()).stream()
                .collect(Collectors.toMap(Verifying::id, command -> command, (one, same) -> one, HashMap::new));
        docket.seen.keySet().retainAll(docket.open.keySet());
        docket.askAt
                .keySet()
                .retainAll(docket.open.values().stream().map(Verifying::device).collect(Collectors.toSet()));
        for (Verifying command : docket.open.values()) {
            if (!docket.seen.containsKey(command.id())) {
                docket.seen.put(command.id(), new Verdict(Verdict.Kind.OPEN, null));
                docket.askAt.put(command.device(), Instant.MIN);
            }
        }
    }

    private void hear(Docket docket, List<Shown> frames, List<Step> steps) {
        for (Shown frame : frames) {
            for (Verifying command : List.copyOf(docket.open.values())) {
                if (!command.device().equals(frame.device()) || !frame.time().isAfter(command.executedAt())) {
                    continue;
                }
                if (frame.time().isAfter(command.shownUntil())) {
                    docket.askAt.merge(
                            command.device(), clock.instant().plus(STORED_SOON), (a, b) -> a.isBefore(b) ? a : b);
                    continue;
                }
                var jury = new Verdict.Jury(command);
                jury.see(frame.time(), frame.values().get(command.expectation().parameter()));
                conclude(docket, command, jury.verdict(), steps);
            }
        }
    }

    private void ask(Handle handle, Docket docket, List<Step> steps) throws SQLException {
        Instant now = clock.instant();
        try {
            for (String device : List.copyOf(docket.askAt.keySet())) {
                if (!now.isBefore(docket.askAt.getOrDefault(device, Instant.MIN))) {
                    docket.askAt.put(device, now.plus(ASK));
                    ask(handle, docket, device, steps);
                }
            }
            docket.answers = true;
        } catch (ServiceException failure) {
            // The next round asks again; the others of this one would wait as long for nothing.
            if (docket.answers) {
                LOG.warn("Telemetry does not tell what commands came to; they wait for it", failure);
            }
            docket.answers = false;
        }
    }

    private void ask(Handle handle, Docket docket, String device, List<Step> steps) throws SQLException {
        var commands = new ArrayList<Verifying>();
        for (Verifying command : docket.open.values()) {
            if (command.device().equals(device)) {
                commands.add(withValueBefore(handle, command));
            }
        }
        if (commands.isEmpty()) {
            return;
        }
        commands.forEach(command -> docket.open.replace(command.id(), command));
        Instant from =
                Collections.min(commands.stream().map(Verifying::executedAt).toList());
        Instant until =
                Collections.max(commands.stream().map(Verifying::shownUntil).toList());
        List<Shown> readings = telemetry.since(device, from, until);
        for (Verifying command : commands) {
            var jury = new Verdict.Jury(command);
            String parameter = command.expectation().parameter();
            readings.forEach(reading -> jury.see(reading.time(), TelemetryReader.value(reading.values(), parameter)));
            conclude(docket, command, jury.verdict(), steps);
        }
    }

    private Verifying withValueBefore(Handle handle, Verifying command) throws SQLException {
        if (!command.lacksValueBefore()) {
            return command;
        }
        OptionalDouble before =
                telemetry.lastBefore(command.device(), command.expectation().parameter(), command.began());
        if (before.isEmpty()) {
            return command;
        }
        Verifying.keepValueBefore(handle.getConnection(), command.id(), before.getAsDouble());
        return command.withValueBefore(before.getAsDouble());
    }

    private void conclude(Docket docket, Verifying command, Verdict verdict, List<Step> steps) {
        switch (verdict.kind()) {
            case SHOWN -> {
                steps.add(Step.ours(command.id(), CommandState.COMPLETED, shown(command, verdict, docket)));
                docket.open.remove(command.id());
            }
            case NOT_SHOWN -> {
                steps.add(Step.ours(command.id(), CommandState.FAILED, notShown(command, verdict, docket)));
                docket.open.remove(command.id());
            }
            case OPEN -> {
                if (verdict.last() != null) {
                    docket.seen.put(command.id(), verdict);
                }
            }
        }
    }

    private void giveUp(Docket docket, List<Step> steps) {
        Instant now = clock.instant();
        for (Verifying command : List.copyOf(docket.open.values())) {
            if (now.isBefore(command.giveUp())) {
                continue;
            }
            Verdict seen = docket.seen.getOrDefault(command.id(), new Verdict(Verdict.Kind.OPEN, null));
            if (seen.last() != null) {
                conclude(docket, command, new Verdict(Verdict.Kind.NOT_SHOWN, seen.last()), steps);
                continue;
            }
            docket.open.remove(command.id());
            steps.add(Step.ours(
                    command.id(),
                    CommandState.UNKNOWN,
                    "%s says it is done, but telemetry showed nothing of %s since; %s was expected"
                            .formatted(
                                    command.device(),
                                    command.expectation().parameter(),
                                    command.expectation().inWords("", command.valueBefore()))));
        }
    }

    private String shown(Verifying command, Verdict verdict, Docket docket) {
        JsonNode last = verdict.last();
        String value = last == null ? "" : Expectation.shown(last, unit(command, docket));
        return "telemetry shows %s %s, as expected"
                .formatted(command.expectation().parameter(), value);
    }

    private String notShown(Verifying command, Verdict verdict, Docket docket) {
        String unit = unit(command, docket);
        JsonNode last = verdict.last();
        String seen = last == null ? "it did not show it at all" : "it showed " + Expectation.shown(last, unit);
        String unknown = command.lacksValueBefore() ? "; what it was before is not known" : "";
        return "telemetry should have shown %s within %d s; %s%s"
                .formatted(
                        command.expectation().inWords(unit, command.valueBefore()),
                        command.expectation().within().toSeconds(),
                        seen,
                        unknown);
    }

    private String unit(Verifying command, Docket docket) {
        if (!docket.answers) {
            return "";
        }
        try {
            return telemetry.unit(command.device(), command.expectation().parameter());
        } catch (ServiceException failure) {
            LOG.debug("A unit is not known", failure);
            return "";
        }
    }

    private void end(Handle handle, List<Step> steps) {
        if (steps.isEmpty()) {
            return;
        }
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
