package org.perilune.timeline.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventJson;

/** Hands commands to command-dispatcher. Safe for threads. */
public final class DispatcherClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DRY_RUN_TIMEOUT = Duration.ofSeconds(2);
    private static final String PATH = "/dispatch";

    private final ServiceClient dispatcher;
    private final ServiceClient dryRuns;
    private final ServiceTokens tokens;

    public DispatcherClient(URI dispatcher, TlsConfig tls, ServiceTokens tokens) {
        this.dispatcher = ServiceClient.open("command-dispatcher", dispatcher, TIMEOUT, tls);
        this.dryRuns = ServiceClient.open("command-dispatcher", dispatcher, DRY_RUN_TIMEOUT, tls);
        this.tokens = tokens;
    }

    /** What became of an attempt. */
    sealed interface Outcome {
        record Accepted(String commandId) implements Outcome {}

        /** For good. */
        record Refused(String detail) implements Outcome {}

        /** Surely nothing was taken; another attempt may succeed. */
        record NotTaken(String detail) implements Outcome {}

        /** It may have been taken or not; the same request tells. */
        record Unsure(String detail) implements Outcome {}
    }

    /** The same event and time is the same command, however often it is sent. */
    Outcome dispatch(Event event, EventCommand command) {
        Map<String, String> headers;
        try {
            headers = Map.of(
                    "Authorization",
                    "Bearer " + tokens.token().orElseThrow(),
                    "Idempotency-Key",
                    "timeline:" + event.id() + ":" + event.time());
        } catch (ServiceException noToken) {
            return new Outcome.NotTaken("crew gave no token: " + noToken.getMessage());
        }
        ObjectNode body = body(event.device(), command);
        body.put("on_behalf_of", command.askedBy() == null ? event.changedBy() : command.askedBy());
        try {
            return outcome(dispatcher.exchange("POST", PATH, Json.bytes(body), headers));
        } catch (ServiceException.Unavailable away) {
            String detail = String.valueOf(away.getMessage());
            return hasConnected(away) ? new Outcome.Unsure(detail) : new Outcome.NotTaken(detail);
        }
    }

    /**
     * Asks whether the command would be taken.
     *
     * @param token of whoever asks
     * @return the faults, by the fields of an event; empty where the dispatcher does not say
     */
    public Optional<List<ServiceException.Fault>> dryRun(@Nullable String device, EventCommand command, String token) {
        ObjectNode body = body(device, command);
        body.put("dry_run", true);
        try {
            ServiceClient.Answer answer =
                    dryRuns.exchange("POST", PATH, Optional.of(token), Optional.of(Json.bytes(body)));
            return switch (answer.status()) {
                case 400, 404, 409, 413, 422 -> Optional.of(faults(answer));
                case 403 -> throw new ServiceException.Forbidden(detail(answer));
                case 200, 202 -> Optional.of(List.of());
                default -> Optional.empty();
            };
        } catch (ServiceException.Unavailable away) {
            return Optional.empty();
        }
    }

    private static ObjectNode body(@Nullable String device, EventCommand command) {
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("command_type", command.type());
        body.set("parameters", EventJson.parameters(command));
        if (device != null) {
            body.put("device", device);
        }
        if (command.expiresInSeconds() != null) {
            body.put("expires_in", command.expiresInSeconds());
        }
        return body;
    }

    private static Outcome outcome(ServiceClient.Answer answer) {
        int status = answer.status();
        if (status == 202 || status == 200) {
            String id = read(answer).path("id").asText();
            return id.isEmpty()
                    ? new Outcome.Unsure("command-dispatcher answered " + status + " without a command")
                    : new Outcome.Accepted(id);
        }
        // Who asks, how often, and how fast is not the event's fault.
        boolean ours = status == 401 || status == 408 || status == 429;
        if (status / 100 == 4 && !ours) {
            return new Outcome.Refused(detail(answer));
        }
        return status == 503 || ours ? new Outcome.NotTaken(detail(answer)) : new Outcome.Unsure(detail(answer));
    }

    private static boolean hasConnected(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return false;
            }
        }
        return true;
    }

    private static List<ServiceException.Fault> faults(ServiceClient.Answer answer) {
        var faults = new ArrayList<ServiceException.Fault>();
        for (JsonNode fault : read(answer).path("errors")) {
            String field = fault.path("field").asText();
            faults.add(new ServiceException.Fault(
                    field.equals("device") ? field : "command." + field,
                    fault.path("detail").asText()));
        }
        if (faults.isEmpty()) {
            faults.add(new ServiceException.Fault("command", detail(answer)));
        }
        return faults;
    }

    private static String detail(ServiceClient.Answer answer) {
        String detail = read(answer).path("detail").asText();
        return detail.isEmpty() ? "command-dispatcher answered " + answer.status() : detail;
    }

    private static JsonNode read(ServiceClient.Answer answer) {
        try {
            return Json.mapper().readTree(answer.body());
        } catch (IOException notJson) {
            return Json.mapper().createObjectNode();
        }
    }

    @Override
    public void close() {
        dispatcher.close();
        dryRuns.close();
    }
}
