package org.perilune.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.contracts.Topics;
import org.perilune.contracts.Topology.Store;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Stored;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.mqtt.InboundMessage;
import org.perilune.sdk.wire.Acks;

/** The real broker, and behind it a memory that stores frames once and tells devices so. */
final class Ground implements AutoCloseable {
    private final EmbeddedBackends backends;
    private final Mqtt5AsyncClient service;
    private final Map<String, SortedSet<Long>> stored = new ConcurrentHashMap<>();
    private final Map<String, List<Connect>> connects = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> wills = new ConcurrentHashMap<>();
    private final Map<String, Integer> losses = new ConcurrentHashMap<>();
    private final Map<String, Integer> connectLosses = new ConcurrentHashMap<>();
    private final Map<String, Queue<Ack>> acks = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> ends = new ConcurrentHashMap<>();
    private final Map<String, Integer> ackLosses = new ConcurrentHashMap<>();
    private final Map<String, Integer> cuts = new ConcurrentHashMap<>();

    private Ground(EmbeddedBackends backends, Mqtt5AsyncClient service) {
        this.backends = backends;
        this.service = service;
    }

    static Ground start(Path home) {
        var backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.MQTT), progress -> {});
        try {
            Map<String, String> settings = backends.settings();
            var service = Mqtt5Client.builder()
                    .serverHost("127.0.0.1")
                    .serverPort(backends.mqttPort())
                    .identifier("telemetry")
                    .buildAsync();
            service.connectWith()
                    .simpleAuth()
                    .username(settings.getOrDefault("telemetry.mqtt.user", ""))
                    .password(Files.readString(Path.of(settings.getOrDefault("telemetry.mqtt.password-file", "")))
                            .strip()
                            .getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth()
                    .send()
                    .join();
            var ground = new Ground(backends, service);
            backends.onPublish(ground::take);
            service.subscribeWith()
                    .topicFilter(Topics.of("+", Topics.LAST_WILL))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(will -> ground.takeWill(will.getTopic().toString(), will.getPayloadAsBytes()))
                    .send()
                    .join();
            return ground;
        } catch (Exception failure) {
            backends.close();
            throw new AssertionError(failure);
        }
    }

    int port() {
        return backends.mqttPort();
    }

    String enrol(String device) {
        return backends.devices().enrol(device);
    }

    /** Acknowledges the next messages of telemetry and forgets them. */
    void lose(String device, int messages) {
        losses.put(device, messages);
    }

    /** Acknowledges the next that it says of itself, and forgets it, as a broker for whose messages nobody subscribed. */
    void loseConnects(String device, int messages) {
        connectLosses.put(device, messages);
    }

    /** Cuts the device off at its next messages of telemetry. */
    void cutOff(String device, int messages) {
        cuts.put(device, messages);
    }

    /** Cuts the device off at its next acknowledgements. */
    void loseAcks(String device, int messages) {
        ackLosses.put(device, messages);
    }

    /** @return whether somebody has subscribed to it */
    boolean send(String device, Command command, long lifetimeSeconds) {
        return send(device, command.toByteArray(), lifetimeSeconds);
    }

    boolean send(String device, byte[] payload, long lifetimeSeconds) {
        return publish(device, payload, lifetimeSeconds).join();
    }

    CompletableFuture<Boolean> publish(String device, byte[] payload, long lifetimeSeconds) {
        return service.publishWith()
                .topic(Topics.of(device, Topics.COMMAND))
                .qos(MqttQos.AT_LEAST_ONCE)
                .messageExpiryInterval(lifetimeSeconds)
                .payload(payload)
                .send()
                .thenApply(result -> ((Mqtt5PublishResult.Mqtt5Qos1Result) result)
                                .getPubAck()
                                .getReasonCode()
                        == Mqtt5PubAckReasonCode.SUCCESS);
    }

    List<Ack> acks(String device) {
        return List.copyOf(acks.getOrDefault(device, new ConcurrentLinkedQueue<>()));
    }

    /** How many commands of a device have ended, as far as was said here. */
    int ends(String device) {
        return ends.getOrDefault(device, Set.of()).size();
    }

    /** The final acknowledgement of a command, once it has come. */
    Optional<Ack> end(String device, String id) {
        return acks(device).stream()
                .filter(ack -> ack.getId().equals(id) && Acks.isFinal(ack.getStage()))
                .findFirst();
    }

    private CompletionStage<Void> take(InboundMessage message) {
        try {
            var topic = Topics.parse(message.topic()).orElseThrow();
            var payload = ByteString.copyFrom(message.payload());
            switch (topic.leaf()) {
                case Topics.CONNECT -> {
                    if (!countDown(connectLosses, topic.device())) {
                        connects.computeIfAbsent(topic.device(), name -> new CopyOnWriteArrayList<>())
                                .add(Connect.parseFrom(payload));
                    }
                }
                case Topics.ACK -> {
                    if (countDown(ackLosses, topic.device())) {
                        return CompletableFuture.failedFuture(new IllegalStateException("Cut off"));
                    }
                    takeAck(topic.device(), Ack.parseFrom(payload));
                }
                default -> {
                    if (countDown(cuts, topic.device())) {
                        return CompletableFuture.failedFuture(new IllegalStateException("Cut off"));
                    }
                    if (!countDown(losses, topic.device())) {
                        store(topic.device(), Telemetry.parseFrom(payload));
                    }
                }
            }
            return CompletableFuture.completedFuture(null);
        } catch (InvalidProtocolBufferException failure) {
            throw new AssertionError(failure);
        }
    }

    private void takeAck(String device, Ack ack) {
        acks.computeIfAbsent(device, name -> new ConcurrentLinkedQueue<>()).add(ack);
        if (Acks.isFinal(ack.getStage())) {
            ends.computeIfAbsent(device, name -> ConcurrentHashMap.newKeySet()).add(ack.getId());
        }
    }

    private void takeWill(String topic, byte[] payload) {
        try {
            wills.computeIfAbsent(Topics.parse(topic).orElseThrow().device(), name -> new CopyOnWriteArrayList<>())
                    .add(LastWill.parseFrom(payload).getSession());
        } catch (InvalidProtocolBufferException failure) {
            throw new AssertionError(failure);
        }
    }

    private static boolean countDown(Map<String, Integer> counts, String device) {
        var left = counts.computeIfPresent(device, (name, count) -> count - 1);
        return left != null && left >= 0;
    }

    private void store(String device, Telemetry telemetry) {
        var seqs = seqSet(device, telemetry.getEpoch());
        long upto;
        synchronized (seqs) {
            telemetry.getFramesList().forEach(frame -> seqs.add(frame.getSeq()));
            upto = 0;
            for (long seq : seqs) {
                if (seq != upto + 1) {
                    break;
                }
                upto = seq;
            }
        }
        service.publishWith()
                .topic(Topics.of(device, Topics.STORED))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Stored.newBuilder()
                        .setEpoch(telemetry.getEpoch())
                        .setUpto(upto)
                        .build()
                        .toByteArray())
                .send();
    }

    private SortedSet<Long> seqSet(String device, long epoch) {
        return stored.computeIfAbsent(device + "/" + epoch, key -> new TreeSet<>());
    }

    List<Long> seqs(String device, long epoch) {
        var seqs = seqSet(device, epoch);
        synchronized (seqs) {
            return List.copyOf(seqs);
        }
    }

    List<Connect> connects(String device) {
        return connects.getOrDefault(device, List.of());
    }

    List<Long> wills(String device) {
        return wills.getOrDefault(device, List.of());
    }

    @Override
    public void close() {
        service.disconnect().join();
        backends.close();
    }
}
