package org.perilune.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Topology;

/** The last spans of all services, each asked with the token of whoever asks. Safe for threads. */
final class Traces {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    /** Of each service, the newest: all together fit into an answer. */
    private static final int MOST_SPANS = 2_000;

    private static final Executor ASKING = Executors.newThreadPerTaskExecutor(Threads.factory("status-traces"));

    private final Map<String, ServiceClient> services = new LinkedHashMap<>();
    private final HttpService.Parts parts;

    /** @param away services that did not answer: their spans are missing */
    record Answer(List<JsonNode> spans, List<String> away) {}

    Traces(HttpService.Parts parts, StatusConfig config) {
        this.parts = parts;
        config.services().forEach((name, address) -> {
            // The console is for browsers and takes no tokens; it adds its own.
            if (!name.equals(Topology.STATUS.name()) && !name.equals(Topology.CONSOLE.name())) {
                services.put(name, parts.own(parts.peers().client(name, address, DEADLINE)));
            }
        });
    }

    Answer all(String token) {
        var asked = new LinkedHashMap<String, CompletableFuture<Optional<JsonNode>>>();
        services.forEach((name, service) ->
                asked.put(name, CompletableFuture.supplyAsync(() -> ask(service, token), ASKING)));
        var spans = new ArrayList<JsonNode>();
        var away = new ArrayList<String>();
        add(spans, Json.mapper().valueToTree(parts.tracing().recent().all()));
        asked.forEach((name, answer) ->
                answer.join().ifPresentOrElse(found -> add(spans, found.path("spans")), () -> away.add(name)));
        return new Answer(spans, away);
    }

    private static void add(List<JsonNode> spans, JsonNode found) {
        int size = found.size();
        for (int index = Math.max(0, size - MOST_SPANS); index < size; index++) {
            spans.add(found.get(index));
        }
    }

    private static Optional<JsonNode> ask(ServiceClient service, String token) {
        try {
            return Optional.of(service.get("/traces/recent", Optional.of(token), JsonNode.class));
        } catch (ServiceException away) {
            return Optional.empty();
        }
    }
}
