package org.perilune.sdk.link;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.LastWill;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the broker, made once and never again. The broker keeps no session of ours: the journal does. */
final class MqttLink {
    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final Duration DISCONNECT_WITHIN = Duration.ofSeconds(2);

    private final LinkConfig config;
    private final Mqtt5AsyncClient client;
    private final Events events;
    private final MqttTopic commandTopic;
    private int receiveMaximum = 1;
    private int packetMaximum = Integer.MAX_VALUE;

    /** What the broker does, told on its client's threads: must not block. */
    interface Events {
        void stored(byte[] payload);

        /** @param lifetimeSeconds how long it may still wait, from now on; empty: not said */
        void command(byte[] payload, OptionalLong lifetimeSeconds);

        void lost(String reason);
    }

    private MqttLink(LinkConfig config, Events events) {
        this.config = config;
        this.events = events;
        this.commandTopic = MqttTopic.of(Topics.of(config.name(), Topics.COMMAND));
        this.client = Mqtt5Client.builder()
                .identifier(config.name())
                .executorConfig()
                .nettyThreads(1)
                .applyExecutorConfig()
                .transportConfig(transport(config))
                .addDisconnectedListener(context -> events.lost(reason(context.getCause())))
                .buildAsync();
    }

    /** As a whole: what is said of the transport after it was applied is forgotten by the builder, TLS, too. */
    private static MqttClientTransportConfig transport(LinkConfig config) {
        var transport = MqttClientTransportConfig.builder()
                .serverHost(config.host())
                .serverPort(config.port())
                .socketConnectTimeout(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        LinkTls tls = config.tls();
        if (tls == null) {
            return transport.build();
        }
        return transport
                .sslConfig(MqttClientSslConfig.builder()
                        .trustManagerFactory(tls.trust())
                        .keyManagerFactory(tls.keys())
                        .build())
                .build();
    }

    /**
     * Connects with a last will and subscribes to what the device is told.
     *
     * @throws LinkException if the broker is out of reach or says no
     */
    static MqttLink open(LinkConfig config, long session, Events events) throws LinkException {
        var link = new MqttLink(config, events);
        try {
            // Before the connect: a message for which nobody waits would be acknowledged and dropped.
            link.client.publishes(MqttGlobalPublishFilter.ALL, link::take);
            link.connect(session);
            return link;
        } catch (LinkException failure) {
            link.drop();
            throw failure;
        }
    }

    private void take(Mqtt5Publish message) {
        if (message.getTopic().equals(commandTopic)) {
            events.command(message.getPayloadAsBytes(), message.getMessageExpiryInterval());
            return;
        }
        events.stored(message.getPayloadAsBytes());
    }

    private void connect(long session) throws LinkException {
        var accepted = await(
                client.connectWith()
                        .cleanStart(true)
                        .sessionExpiryInterval(0)
                        .keepAlive(Math.toIntExact(config.keepAlive().toSeconds()))
                        .simpleAuth()
                        .username(config.name())
                        .password(config.key())
                        .applySimpleAuth()
                        .willPublish()
                        .topic(Topics.of(config.name(), Topics.LAST_WILL))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(LastWill.newBuilder()
                                .setSession(session)
                                .build()
                                .toByteArray())
                        .applyWillPublish()
                        .send(),
                CONNECT_WITHIN.plusSeconds(1));
        Mqtt5ConnAckRestrictions restrictions = accepted.getRestrictions();
        receiveMaximum = restrictions.getReceiveMaximum();
        packetMaximum = restrictions.getMaximumPacketSize();
        await(
                client.subscribeWith()
                        .topicFilter(Topics.of(config.name(), Topics.STORED))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .addSubscription()
                        .topicFilter(commandTopic.filter())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .applySubscription()
                        .send(),
                CONNECT_WITHIN);
    }

    /** How many unacknowledged messages the broker takes. */
    int receiveMaximum() {
        return receiveMaximum;
    }

    /** The largest packet that the broker takes, bytes. */
    int packetMaximum() {
        return packetMaximum;
    }

    /** Completes with the broker's acknowledgement, exceptionally with its refusal or when the connection ends. */
    CompletableFuture<Void> publish(String leaf, byte[] payload) {
        return client.publish(Mqtt5Publish.builder()
                        .topic(Topics.of(config.name(), leaf))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .userProperties()
                        .add("traceparent", traceparent())
                        .applyUserProperties()
                        .build())
                .thenAccept(MqttLink::throwRefusal);
    }

    private static void throwRefusal(Mqtt5PublishResult result) {
        result.getError().ifPresent(refusal -> {
            throw new IllegalStateException(reason(refusal), refusal);
        });
    }

    /** A new trace, sampled: https://www.w3.org/TR/trace-context/#traceparent-header */
    private static String traceparent() {
        var bytes = new byte[24];
        // Zero ids are invalid; 64 random bits are zero once in 10^19 messages.
        ThreadLocalRandom.current().nextBytes(bytes);
        var hex = HexFormat.of();
        return "00-" + hex.formatHex(bytes, 0, 16) + "-" + hex.formatHex(bytes, 16, 24) + "-01";
    }

    /** Ends the connection so that the broker publishes the last will at once. */
    void drop() {
        if (!client.getState().isConnected()) {
            return;
        }
        try {
            await(
                    client.disconnectWith()
                            .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                            .send(),
                    DISCONNECT_WITHIN);
        } catch (LinkException failure) {
            LOG.debug("The connection had ended already [device: {}]", config.name(), failure);
        }
    }

    private static <T> T await(Future<T> answer, Duration within) throws LinkException {
        try {
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw new LinkException(reason(failure.getCause() == null ? failure : failure.getCause()), failure);
        } catch (TimeoutException failure) {
            throw new LinkException("The broker did not answer within " + within.toSeconds() + " s", failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new LinkException("Interrupted", failure);
        }
    }

    private static String reason(Throwable failure) {
        if (failure instanceof Mqtt5ConnAckException refusal) {
            return switch (refusal.getMqttMessage().getReasonCode()) {
                case BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED ->
                    "The broker does not know this device, or its key is wrong";
                case SERVER_UNAVAILABLE, SERVER_BUSY -> "The broker takes no devices just now";
                default ->
                    "The broker refused the connection: "
                            + refusal.getMqttMessage().getReasonCode();
            };
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
