package org.perilune.lunarmodule;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topics;
import org.perilune.contracts.Topology.Store;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Argument;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Stage;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.mqtt.InboundMessage;

/** Real backing servers, and a memory of all that the lunar module says. */
final class Ground implements AutoCloseable {
    static final String DEVICE = "lunar-module";

    final List<Connect> connects = new CopyOnWriteArrayList<>();
    final List<Frame> frames = new CopyOnWriteArrayList<>();
    final List<Ack> acks = new CopyOnWriteArrayList<>();

    final EmbeddedBackends backends;
    final Neighbours neighbours = new Neighbours();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Mqtt5AsyncClient publisher;

    Ground(Path home) throws Exception {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("lunar_module"), Store.POSTGRESQL, Store.MQTT),
                progress -> {});
        backends.onPublish(this::take);
        publisher = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(backends.mqttPort())
                .identifier("command-dispatcher:test")
                .buildAsync();
        publisher
                .connectWith()
                .simpleAuth()
                .username(setting("command-dispatcher.mqtt.user"))
                .password(Files.readString(Path.of(setting("command-dispatcher.mqtt.password-file")))
                        .strip()
                        .getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .send()
                .join();
    }

    private String setting(String key) {
        return backends.settings().getOrDefault(key, "");
    }

    private CompletionStage<Void> take(InboundMessage message) {
        try {
            if (message.topic().endsWith(Topics.CONNECT)) {
                connects.add(Connect.parseFrom(message.payload()));
            }
            if (message.topic().endsWith(Topics.ACK)) {
                acks.add(Ack.parseFrom(message.payload()));
            }
            if (message.topic().endsWith(Topics.TELEMETRY)) {
                frames.addAll(Telemetry.parseFrom(message.payload()).getFramesList());
            }
            return CompletableFuture.completedFuture(null);
        } catch (InvalidProtocolBufferException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** As before everything: for a module on a new disk would go on from its database. */
    void forget() throws Exception {
        String password = Files.readString(Path.of(setting("lunar-module.postgres.password-file")))
                .strip();
        try (var connection = DriverManager.getConnection(
                        setting("lunar-module.postgres.url"), setting("lunar-module.postgres.user"), password);
                var statement = connection.createStatement()) {
            statement.execute("drop schema public cascade; create schema public");
        }
        frames.clear();
        connects.clear();
        acks.clear();
        neighbours.forget();
    }

    /** What the service would be told to start with. */
    Map<String, String> settings(Path folder, Map<String, String> extra) {
        var values = new HashMap<String, String>();
        backends.settings().forEach((key, value) -> {
            if (key.startsWith("lunar-module.")) {
                values.put(key, value);
            }
        });
        values.put("lunar-module.http.port", "0");
        values.put("lunar-module.tokens.keys-url", neighbours.url() + "/keys");
        values.put("lunar-module.command-dispatcher.url", neighbours.url());
        values.put("lunar-module.journal", folder.toString());
        extra.forEach((key, value) -> values.put("lunar-module." + key, value));
        return values;
    }

    LunarModuleConfig config(Path folder, Map<String, String> extra) {
        return config(settings(folder, extra));
    }

    static LunarModuleConfig config(Map<String, String> values) {
        var settings = Settings.of(values);
        var config = LunarModuleConfig.read(settings.at("lunar-module"));
        settings.check();
        return config;
    }

    /** Publishes it as command-dispatcher would, when the device has its link; returns its id. */
    String send(String type, Map<String, Object> arguments) {
        String id = UUID.randomUUID().toString();
        send(id, type, arguments, Instant.now().plusSeconds(60));
        return id;
    }

    void send(String id, String type, Map<String, Object> arguments, Instant notAfter) {
        var command = Command.newBuilder()
                .setId(id)
                .setCommandType(type)
                .setSentMicros(Instant.now().toEpochMilli() * 1_000)
                .setNotAfterMicros(notAfter.toEpochMilli() * 1_000);
        arguments.forEach((name, value) -> {
            var argument = Argument.newBuilder().setName(name);
            if (value instanceof Number number) {
                argument.setNumber(number.doubleValue());
            } else {
                argument.setText(String.valueOf(value));
            }
            command.addArguments(argument);
        });
        patiently().until(() -> !connects.isEmpty());
        publisher
                .publishWith()
                .topic(Topics.of(DEVICE, Topics.COMMAND))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(command.build().toByteArray())
                .send()
                .join();
    }

    /** Sends it and waits for its end. */
    Ack run(String type, Map<String, Object> arguments) {
        return end(send(type, arguments));
    }

    Ack end(String id) {
        return ack(id, ack -> ack.getStageValue() >= Stage.STAGE_COMPLETED_VALUE);
    }

    Ack ack(String id, Stage stage) {
        return ack(id, ack -> ack.getStage() == stage);
    }

    private Ack ack(String id, Predicate<Ack> wanted) {
        Predicate<Ack> his = ack -> ack.getId().equals(id) && wanted.test(ack);
        patiently().until(() -> acks.stream().anyMatch(his));
        return acks.stream().filter(his).findFirst().orElseThrow();
    }

    /** For machines that have much else to do. */
    static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(40));
    }

    /** The newest frame that was made after everything so far. */
    Frame freshFrame() {
        long now = Instant.now().toEpochMilli() * 1_000;
        patiently().until(() -> frames.stream().anyMatch(frame -> frame.getTimeMicros() > now));
        return frames.stream()
                .filter(frame -> frame.getTimeMicros() > now)
                .findFirst()
                .orElseThrow();
    }

    static double number(Frame frame, String name) {
        return value(frame.getValuesList(), name).getNumber();
    }

    static String text(Frame frame, String name) {
        return value(frame.getValuesList(), name).getText();
    }

    static Value value(List<Value> values, String name) {
        return values.stream()
                .filter(value -> value.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** With a token of an operator. */
    HttpResponse<String> get(Service service, String path) throws Exception {
        return client.send(request(service, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(Service service, String path) throws Exception {
        return Json.mapper().readTree(get(service, path).body());
    }

    HttpResponse<String> post(Service service, String path, String body, String... headers) throws Exception {
        var request = request(service, path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(Service service, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .header("Authorization", "Bearer " + neighbours.token());
    }

    int statusWithoutToken(Service service, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Override
    public void close() {
        var _ = publisher.disconnect();
        client.close();
        neighbours.close();
        backends.close();
    }
}
