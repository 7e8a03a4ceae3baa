package org.perilune.embedded;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A stock MQTT 5 client, in as few words as tests need. */
public final class Client implements AutoCloseable {
    public final Queue<String> received = new ConcurrentLinkedQueue<>();
    public final AtomicInteger cutOffs = new AtomicInteger();
    private final Mqtt5AsyncClient client;

    private Client(int port, String id) {
        client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .identifier(id)
                .addDisconnectedListener(context -> cutOffs.incrementAndGet())
                .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish -> received.add(
                        publish.getTopic() + "=" + new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)));
    }

    public static Client in(int port, String user, String password) {
        return in(port, user, password, "test-" + UUID.randomUUID());
    }

    public static Client in(int port, String user, String password, String id) {
        var client = new Client(port, id);
        client.client.connect(login(user, password)).join();
        return client;
    }

    public static Mqtt5Connect login(String user, String password) {
        return Mqtt5Connect.builder()
                .simpleAuth()
                .username(user)
                .password(password.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .build();
    }

    /** The reason for which a log-in is refused. */
    public static Mqtt5ConnAckReasonCode refusal(int port, Mqtt5Connect connect, String id) {
        try {
            new Client(port, id).client.connect(connect).join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Mqtt5ConnAckException refusal) {
                return refusal.getMqttMessage().getReasonCode();
            }
            throw failure;
        }
        throw new AssertionError("The log-in was not refused");
    }

    public CompletableFuture<Mqtt5PublishResult> publish(String topic, String payload) {
        return client.publish(message(topic, payload));
    }

    public CompletableFuture<Mqtt5PublishResult> publish(String topic, String payload, MqttQos qos) {
        return client.publish(message(topic, payload).extend().qos(qos).build());
    }

    public CompletableFuture<Mqtt5PublishResult> publishTraced(String topic, String payload, String traceparent) {
        return client.publish(message(topic, payload)
                .extend()
                .userProperties()
                .add("traceparent", traceparent)
                .applyUserProperties()
                .build());
    }

    private static Mqtt5Publish message(String topic, String payload) {
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    /** The reason for which a message is refused. */
    public Mqtt5PubAckReasonCode refusal(String topic) {
        try {
            var result = publish(topic, "x").join();
            if (result.getError().orElse(null) instanceof Mqtt5PubAckException refusal) {
                return refusal.getMqttMessage().getReasonCode();
            }
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Mqtt5PubAckException refusal) {
                return refusal.getMqttMessage().getReasonCode();
            }
            throw failure;
        }
        throw new AssertionError("The message was not refused");
    }

    public Client subscribe(String filter) {
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        return this;
    }

    public Mqtt5SubAckReasonCode subscriptionRefusal(String filter) {
        try {
            subscribe(filter);
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Mqtt5SubAckException refusal) {
                return refusal.getMqttMessage().getReasonCodes().getFirst();
            }
            throw failure;
        }
        throw new AssertionError("The subscription was not refused");
    }

    public boolean isConnected() {
        return client.getState().isConnected();
    }

    @Override
    public void close() {
        try {
            client.disconnect().join();
        } catch (CompletionException failure) {
            if (!(failure.getCause() instanceof com.hivemq.client.mqtt.exceptions.MqttClientStateException)) {
                throw failure;
            }
        }
    }
}
