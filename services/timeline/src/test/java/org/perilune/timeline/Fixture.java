package org.perilune.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.HeardEvents;

/** The embedded backends' MongoDB server behind a gate, the services asked as stand-ins, and any number of copies of the timeline. */
public final class Fixture implements AutoCloseable {
    public final StandIns others;
    final Gate gate;
    /** On the way to the AMQP broker. */
    public final Gate broker;

    public final HeardEvents heard;
    private final EmbeddedBackends backends;
    private final int port;
    private final Map<String, String> settings = new HashMap<>();
    private final MongoClient direct;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String operator;
    private final String viewer;
    private final List<Service> copies = new ArrayList<>();

    public Fixture(Path home) throws Exception {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of(), Store.MONGODB, Store.AMQP), step -> {});
        others = new StandIns();
        operator = others.token("jim", "operator");
        viewer = others.token("vera", "viewer");
        backends.settings().forEach((name, value) -> {
            if (name.startsWith("timeline.")) {
                settings.put(name, value);
            }
        });
        port = Integer.parseInt(settings.getOrDefault("timeline.mongodb.port", ""));
        gate = way();
        String password = Files.readString(
                        Path.of(settings.getOrDefault("timeline.mongodb.password-file", "")), StandardCharsets.UTF_8)
                .strip();
        direct = MongoClients.create(
                "mongodb://timeline:" + password + "@127.0.0.1:" + port + "/timeline?authMechanism=SCRAM-SHA-256");
        AmqpConfig amqp = AmqpConfig.read(Settings.of(settings).at("timeline"));
        broker = new Gate(amqp.port());
        broker.open();
        heard = HeardEvents.listen(amqp, Set.of(Exchanges.EVERY_TYPE));
        settings.put("timeline.amqp.port", Integer.toString(broker.port()));
        settings.put("timeline.http.port", "0");
        settings.put("timeline.tokens.keys-url", others.uri() + "/keys");
        settings.put("timeline.crew.url", others.uri().toString());
        settings.put("timeline.command-dispatcher.url", others.uri().toString());
        settings.put("timeline.lunar-module.url", others.uri().toString());
        settings.put("timeline.lease", "1s");
        settings.put("timeline.dispatch.grace", "2s");
    }

    /** For copies started from now on. */
    void set(String key, String value) {
        settings.put("timeline." + key, value);
    }

    /** Another way to MongoDB. */
    Gate way() throws IOException {
        var way = new Gate(port);
        way.open();
        return way;
    }

    public MongoDatabase database() {
        return direct.getDatabase("timeline");
    }

    /** A copy that is ready. */
    public Service start(Clock clock) throws Exception {
        return start(clock, gate);
    }

    /** @param way to MongoDB */
    public Service start(Clock clock, Gate way) throws Exception {
        return start(clock, (mongo, meters) -> DatabaseClock.of(clock), way);
    }

    /** A copy that takes its time from somewhere. */
    public Service start(TimelineService.Time time) throws Exception {
        return start(Clock.systemUTC(), time, gate);
    }

    private Service start(Clock wall, TimelineService.Time time, Gate way) throws Exception {
        var own = new HashMap<>(settings);
        own.put("timeline.mongodb.port", Integer.toString(way.port()));
        Service copy =
                TimelineService.start(TimelineConfig.read(Settings.of(own).at("timeline")), wall, time);
        copies.add(copy);
        awaitReady(copy);
        return copy;
    }

    void awaitReady(Service copy) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(get(copy, "/ready").statusCode()).isEqualTo(200));
    }

    /** As if nothing had ever been here. */
    public void reset() throws IOException {
        stopCopies();
        for (String collection : List.of("event", "change", "counter", "lease")) {
            database().getCollection(collection).drop();
        }
        others.forget();
        heard.forget();
    }

    public void stopCopies() {
        copies.forEach(Service::close);
        copies.clear();
    }

    HttpRequest.Builder request(Service copy, String path, String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + copy.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    public HttpResponse<String> get(Service copy, String path) throws Exception {
        return http.send(request(copy, path, viewer).build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> send(String method, Service copy, String path, String body, String... headers)
            throws Exception {
        return sendAs(operator, method, copy, path, body, headers);
    }

    public HttpResponse<String> sendAs(
            String token, String method, Service copy, String path, String body, String... headers) throws Exception {
        var request = request(copy, path, token)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A new event. */
    public JsonNode input(Service copy, String body) throws Exception {
        HttpResponse<String> answer = send("POST", copy, "/input", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer);
    }

    public JsonNode event(Service copy, String id) throws Exception {
        return json(get(copy, "/data/" + id));
    }

    void awaitState(Service copy, String id, String state) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(event(copy, id).path("state").asText()).isEqualTo(state));
    }

    public static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Json.mapper().readTree(answer.body());
    }

    public String viewer() {
        return viewer;
    }

    HttpClient http() {
        return http;
    }

    @Override
    public void close() throws IOException {
        stopCopies();
        http.close();
        direct.close();
        gate.close();
        heard.close();
        broker.close();
        others.close();
        backends.close();
    }
}
