package org.perilune.commanddispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.HeardEvents;

/** Two copies of the service on real backing servers, asked over HTTP by people of all roles. */
public final class DispatchFixture implements AutoCloseable {
    private static final String URL = "command-dispatcher.postgres.url";
    public final GroundStandIn ground = new GroundStandIn();
    final Connection sql;
    public final Service service;
    public final Service other;
    private final EmbeddedBackends backends;
    private final @Nullable Gate gate;
    /** On the way of {@link #service} and {@link #other} to the AMQP broker. */
    final Gate broker;

    final HeardEvents heard;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public DispatchFixture(Path home) throws Exception {
        this(home, false);
    }

    /** @param gated whether {@link #service} reaches its database by way of {@link #gate} only */
    public DispatchFixture(Path home, boolean gated) throws Exception {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(
                        home, List.of("command_dispatcher"), Store.POSTGRESQL, Store.REDIS, Store.MQTT, Store.AMQP),
                sentence -> {});
        Map<String, String> settings = backends.settings();
        URI url = URI.create(String.valueOf(settings.get(URL)).substring("jdbc:".length()));
        gate = gated ? new Gate(url.getPort()) : null;
        if (gate != null) {
            gate.open();
        }
        AmqpConfig amqp = AmqpConfig.read(Settings.of(settings).at("command-dispatcher"));
        broker = new Gate(amqp.port());
        broker.open();
        heard = HeardEvents.listen(amqp, Set.of(Exchanges.EVERY_TYPE));
        service = CommandDispatcherService.start(config(gate == null ? url.getPort() : gate.port()), Clock.systemUTC());
        other = CommandDispatcherService.start(config(url.getPort()), Clock.systemUTC());
        sql = connect();
        await().until(() -> statusOf(service, "/dictionary/lunar-module") == 200
                && statusOf(other, "/dictionary/lunar-module") == 200);
    }

    public Connection connect() throws SQLException {
        Map<String, String> settings = backends.settings();
        Path password = Path.of(String.valueOf(settings.get("command-dispatcher.postgres.password-file")));
        try {
            return DriverManager.getConnection(
                    settings.get(URL),
                    settings.get("command-dispatcher.postgres.user"),
                    Files.readString(password, StandardCharsets.UTF_8).strip());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    Gate gate() {
        return Objects.requireNonNull(gate);
    }

    private CommandDispatcherConfig config(int databasePort) {
        var own = new HashMap<String, String>();
        backends.settings().forEach((name, value) -> {
            if (name.startsWith("command-dispatcher.")) {
                own.put(name, value);
            }
        });
        own.put(URL, "jdbc:postgresql://127.0.0.1:" + databasePort + "/command_dispatcher");
        own.put("command-dispatcher.http.port", "0");
        own.put("command-dispatcher.amqp.port", Integer.toString(broker.port()));
        own.put("command-dispatcher.tokens.keys-url", ground.url() + "/keys");
        own.put("command-dispatcher.crew.url", ground.url().toString());
        own.put("command-dispatcher.telemetry.url", ground.url().toString());
        own.put("command-dispatcher.token.secret", "a secret that is long enough");
        Settings in = Settings.of(own);
        CommandDispatcherConfig config = CommandDispatcherConfig.read(in.at("command-dispatcher"));
        in.check();
        return config;
    }

    private int statusOf(Service copy, String path) throws Exception {
        return client.send(request(copy, "vera", path).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    HttpRequest.Builder request(Service copy, String who, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + copy.port() + path))
                .header("Authorization", "Bearer " + ground.token(who));
    }

    public HttpResponse<String> send(
            Service copy, String method, String who, String path, String body, @Nullable String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(copy, who, path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String who, String path, String body) throws Exception {
        return send(service, "POST", who, path, body, null);
    }

    public HttpResponse<String> dispatch(String who, String body) throws Exception {
        return post(who, "/dispatch", body);
    }

    /** What is taken, as a command. */
    public JsonNode taken(String who, String body) throws Exception {
        HttpResponse<String> answer = dispatch(who, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer);
    }

    public HttpResponse<String> get(String path) throws Exception {
        return client.send(request(service, "vera", path).build(), HttpResponse.BodyHandlers.ofString());
    }

    public JsonNode found(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    public static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.mapper().readTree(answer.body());
    }

    HttpClient client() {
        return client;
    }

    /** -1 where there is no row. */
    public long count(String question) throws SQLException {
        try (var statement = sql.createStatement();
                var result = statement.executeQuery(question)) {
            return result.next() ? result.getLong(1) : -1;
        }
    }

    public void run(String statementText) throws SQLException {
        try (var statement = sql.createStatement()) {
            statement.execute(statementText);
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        client.close();
        service.close();
        if (gate != null) {
            gate.close();
        }
        other.close();
        heard.close();
        broker.close();
        sql.close();
        backends.close();
        ground.close();
    }
}
