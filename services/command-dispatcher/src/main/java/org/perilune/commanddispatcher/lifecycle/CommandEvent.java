package org.perilune.commanddispatcher.lifecycle;

import static org.perilune.contracts.Activity.Type.COMMAND_ACCEPTED;
import static org.perilune.contracts.Activity.Type.COMMAND_APPROVED;
import static org.perilune.contracts.Activity.Type.COMMAND_FINISHED;
import static org.perilune.contracts.Activity.Type.COMMAND_HELD;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.Activity;
import org.perilune.contracts.Topology;

/** What is published of a command: its beginning, its approval and its end, not the stages between. */
final class CommandEvent {
    private static final String ITSELF = Topology.COMMAND_DISPATCHER.name();

    private CommandEvent() {}

    /** @param seconds from the request to the end; null before that */
    private record Data(
            @JsonUnwrapped Activity activity,
            @JsonProperty("command_type") String commandType,
            String state,
            @JsonProperty("requested_by") String requestedBy,
            String detail,
            @Nullable Double seconds) {}

    /** Of a command that was just stored. */
    static CloudEvent taken(NewCommand taken) {
        CommandRecord command = taken.command();
        boolean held = command.state() == CommandState.HELD;
        String way = command.principal().equals(command.requestedBy()) ? "" : " by way of " + command.principal();
        String summary = held
                ? "%s asked%s for %s on %s, which waits for a second person"
                        .formatted(command.requestedBy(), way, command.commandType(), command.device())
                : "%s sent %s to %s%s".formatted(command.requestedBy(), command.commandType(), command.device(), way);
        var activity = new Activity(
                command.requestedAt(),
                command.device(),
                command.requestedBy(),
                command.id().toString(),
                summary);
        var data = new Data(
                activity,
                command.commandType(),
                command.state().wireName(),
                command.requestedBy(),
                command.detail(),
                null);
        return event(held ? COMMAND_HELD : COMMAND_ACCEPTED, data, taken.traceparent());
    }

    /** Of what happened to commands in one transaction, in its order. */
    static List<CloudEvent> changes(Map<UUID, CommandLifecycle> courses, List<HistoryLine> lines) {
        return lines.stream()
                .filter(line -> !line.late()
                        && (line.stage() == CommandState.APPROVED
                                || line.stage().isFinal()))
                .map(line -> changed(Objects.requireNonNull(courses.get(line.command())).facts, line))
                .toList();
    }

    private static CloudEvent changed(CommandLifecycle.Facts command, HistoryLine line) {
        // What the device or we ourselves did, nobody did.
        String by = line.by().equals(Transition.DEVICE) || line.by().equals(Transition.DISPATCHER) ? null : line.by();
        double seconds = Duration.between(command.requestedAt(), line.at()).toMillis() / 1e3;
        var activity = new Activity(
                line.at(), command.device(), by, line.command().toString(), summary(command, line, seconds));
        var data = new Data(
                activity,
                command.type(),
                line.stage().wireName(),
                command.requestedBy(),
                line.detail(),
                line.stage().isFinal() ? seconds : null);
        return event(line.stage().isFinal() ? COMMAND_FINISHED : COMMAND_APPROVED, data, command.traceparent());
    }

    private static String summary(CommandLifecycle.Facts command, HistoryLine line, double seconds) {
        String what = command.type() + " on " + command.device();
        String why = line.detail().isEmpty() ? "" : ": " + line.detail();
        String who = line.by();
        return switch (line.stage()) {
            case APPROVED -> "%s approved %s, which %s asked for%s".formatted(who, what, command.requestedBy(), why);
            case COMPLETED -> String.format(Locale.ROOT, "%s completed after %.1f s", what, seconds);
            case FAILED -> what + " failed" + why;
            case REJECTED ->
                who.equals(Transition.DEVICE)
                        ? "%s refused %s%s".formatted(command.device(), command.type(), why)
                        : "%s rejected %s%s".formatted(who, what, why);
            case EXPIRED -> what + " expired" + why;
            case CANCELLED -> "%s cancelled %s%s".formatted(who, what, why);
            case UNKNOWN -> "What became of %s is not known%s".formatted(what, why);
            case ACCEPTED, HELD, SENT, RECEIVED, EXECUTING, VERIFYING ->
                what + " is " + line.stage().wireName();
        };
    }

    private static CloudEvent event(String type, Data data, @Nullable String traceparent) {
        Activity activity = data.activity();
        return CloudEvent.of(
                ITSELF,
                type,
                Objects.requireNonNull(activity.id()),
                activity.at(),
                data,
                Optional.ofNullable(traceparent).flatMap(TraceContext::parse));
    }
}
