package org.perilune.launcher;

import com.google.protobuf.InvalidProtocolBufferException;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Stored;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.mqtt.InboundMessage;

/** The real broker, and behind it a memory that stores frames by their identity and tells devices so. */
public final class ReplayGround implements AutoCloseable {
    final Map<String, Frame> stored = new ConcurrentHashMap<>();
    public volatile boolean storing = true;
    private final EmbeddedBackends backends;
    private final Mqtt5AsyncClient service;
    private final Map<Long, Long> upto = new ConcurrentHashMap<>();

    private ReplayGround(EmbeddedBackends backends, Mqtt5AsyncClient service) {
        this.backends = backends;
        this.service = service;
    }

    public static ReplayGround start(Path home) throws IOException {
        var backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of()), progress -> {});
        Map<String, String> settings = backends.settings();
        var service = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(backends.mqttPort())
                .identifier("telemetry")
                .buildAsync();
        byte[] password = Files.readString(Path.of(settings.getOrDefault("telemetry.mqtt.password-file", "")))
                .strip()
                .getBytes(StandardCharsets.UTF_8);
        service.connectWith()
                .simpleAuth()
                .username("telemetry")
                .password(password)
                .applySimpleAuth()
                .send()
                .join();
        var ground = new ReplayGround(backends, service);
        backends.onPublish(ground::take);
        return ground;
    }

    public int port() {
        return backends.mqttPort();
    }

    public String enrol(String device) {
        return backends.devices().enrol(device);
    }

    private CompletionStage<Void> take(InboundMessage message) {
        if (message.topic().endsWith(Topics.TELEMETRY) && storing) {
            try {
                store(message.client(), Telemetry.parseFrom(message.payload()));
            } catch (InvalidProtocolBufferException failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    private void store(String device, Telemetry telemetry) {
        long epoch = telemetry.getEpoch();
        telemetry.getFramesList().forEach(frame -> stored.put(device + "/" + epoch + "/" + frame.getSeq(), frame));
        long known = upto.getOrDefault(epoch, 0L);
        while (stored.containsKey(device + "/" + epoch + "/" + (known + 1))) {
            known++;
        }
        upto.put(epoch, known);
        service.publishWith()
                .topic(Topics.of(device, Topics.STORED))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Stored.newBuilder()
                        .setEpoch(epoch)
                        .setUpto(known)
                        .build()
                        .toByteArray())
                .send();
    }

    public List<Frame> of(String device) {
        return stored.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(device + "/"))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public void close() {
        service.disconnect().join();
        backends.close();
    }
}
