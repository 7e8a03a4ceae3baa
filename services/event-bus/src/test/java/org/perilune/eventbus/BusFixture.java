package org.perilune.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Caller;
import org.perilune.testkit.StandInCrew;
import org.perilune.testkit.TestBroker;

/** The embedded backends' servers, and any number of copies of event-bus. */
public final class BusFixture implements AutoCloseable {
    private final Resources owned = new Resources();
    private final Map<String, String> settings;
    private final StandInCrew crew;
    private final Service bus;
    private final Caller operator;
    private final Caller administrator;

    /** @param callbacks settings of {@code event-bus.callbacks.} */
    public BusFixture(Path home, Map<String, String> callbacks) throws Exception {
        this(home, TestBroker.EMBEDDED, callbacks);
    }

    /** @param callbacks settings of {@code event-bus.callbacks.} */
    public BusFixture(Path home, TestBroker broker, Map<String, String> callbacks) throws Exception {
        broker.require();
        crew = owned.add(new StandInCrew());
        EmbeddedBackends backends = owned.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("event_bus", "crew"), Store.POSTGRESQL, Store.AMQP),
                sentence -> {}));
        settings = new HashMap<>(broker.settings(backends.settings()));
        settings.put("event-bus.http.port", "0");
        settings.put("event-bus.tokens.keys-url", crew.keysUrl());
        callbacks.forEach((key, value) -> settings.put("event-bus.callbacks." + key, value));
        bus = owned.add(start());
        operator = owned.add(as("operator", bus));
        administrator = owned.add(as("administrator", bus));
    }

    /** Another copy, which its caller closes. */
    public Service start() {
        return start(Map.of());
    }

    /** @param other settings that it has otherwise than the rest */
    public Service start(Map<String, String> other) {
        var own = new HashMap<>(settings);
        own.putAll(other);
        return EventBusService.start(EventBusConfig.read(Settings.of(own).at("event-bus")), Clock.systemUTC());
    }

    public Caller as(String role, Service copy) {
        return new Caller(copy.port(), crew.token("alice", role));
    }

    public Settings settings() {
        return Settings.of(settings);
    }

    public Service bus() {
        return bus;
    }

    public Caller operator() {
        return operator;
    }

    public Caller administrator() {
        return administrator;
    }

    public void publish(String type, int number) throws Exception {
        HttpResponse<String> answer =
                operator.send("POST", "/events", "{\"type\":\"%s\",\"data\":{\"n\":%d}}".formatted(type, number));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    /** The answer to whoever made it, secret included. */
    public JsonNode subscribe(String url, String... types) throws Exception {
        return subscribe(administrator, url, types);
    }

    public JsonNode subscribe(Caller by, String url, String... types) throws Exception {
        String body = Json.mapper().writeValueAsString(Map.of("url", url, "types", types));
        HttpResponse<String> answer = by.send("POST", "/subscriptions", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.mapper().readTree(answer.body());
    }

    /** Missing where there is none of that id. */
    public JsonNode subscription(JsonNode made) throws Exception {
        for (JsonNode found : operator.get("/subscriptions").path("subscriptions")) {
            if (found.path("id").equals(made.path("id"))) {
                return found;
            }
        }
        return Json.mapper().missingNode();
    }

    public List<JsonNode> deadLetters(String word) throws Exception {
        var found = new ArrayList<JsonNode>();
        operator.get("/dead-letters").path("dead_letters").forEach(letter -> {
            if (letter.path("body").asText().contains(word)) {
                found.add(letter);
            }
        });
        return found;
    }

    public HttpResponse<String> redrive(JsonNode letter) throws Exception {
        return operator.send("POST", "/dead-letters/" + letter.path("id").asText() + "/redrive", "");
    }

    @Override
    public void close() {
        owned.close();
    }
}
