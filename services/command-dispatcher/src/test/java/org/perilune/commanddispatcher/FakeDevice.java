package org.perilune.commanddispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;
import org.perilune.embedded.EmbeddedBackends;

/** A device with a stock MQTT client, which does with commands what the test says. */
public final class FakeDevice implements AutoCloseable {
    public final Queue<Command> received = new ConcurrentLinkedQueue<>();
    public final Queue<Mqtt5Publish> messages = new ConcurrentLinkedQueue<>();
    private final String name;
    private final Mqtt5AsyncClient client;

    private FakeDevice(EmbeddedBackends backends, String name, String key, BiConsumer<FakeDevice, Command> behaviour) {
        this.name = name;
        this.client = Mqtt5Client.builder()
                .identifier(name)
                .serverHost("127.0.0.1")
                .serverPort(backends.mqttPort())
                .simpleAuth()
                .username(name)
                .password(key.getBytes(UTF_8))
                .applySimpleAuth()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> {
            messages.add(publish);
            try {
                Command command = Command.parseFrom(publish.getPayloadAsBytes());
                received.add(command);
                behaviour.accept(this, command);
            } catch (InvalidProtocolBufferException malformed) {
                throw new IllegalStateException(malformed);
            }
        });
    }

    /** Connects, subscribes and says so. */
    public static FakeDevice connect(
            EmbeddedBackends backends, String name, String key, BiConsumer<FakeDevice, Command> behaviour) {
        var device = new FakeDevice(backends, name, key, behaviour);
        device.client.connect().join();
        device.client
                .subscribeWith()
                .topicFilter(Topics.of(name, Topics.COMMAND))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        device.publish(Topics.CONNECT, new byte[0]).join();
        return device;
    }

    public static void obedient(FakeDevice device, Command command) {
        List.of(Stage.STAGE_RECEIVED, Stage.STAGE_EXECUTING, Stage.STAGE_COMPLETED)
                .forEach(stage -> {
                    var _ = device.say(command.getId(), stage);
                });
    }

    public static void silent(FakeDevice device, Command command) {
        // It has been received, and that is all.
        assert device != null && command != null;
    }

    public CompletableFuture<Mqtt5PublishResult> say(String id, Stage stage) {
        return say(Ack.newBuilder()
                .setId(id)
                .setStage(stage)
                .setTimeMicros(Instant.now().toEpochMilli() * 1_000)
                .build());
    }

    public CompletableFuture<Mqtt5PublishResult> say(Ack ack) {
        return publish(Topics.ACK, ack.toByteArray());
    }

    public CompletableFuture<Mqtt5PublishResult> publish(String leaf, byte[] payload) {
        return client.publishWith()
                .topic(Topics.of(name, leaf))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .send();
    }

    public List<String> ids() {
        return received.stream().map(Command::getId).toList();
    }

    @Override
    public void close() {
        client.disconnect().join();
    }
}
