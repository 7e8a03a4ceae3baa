package org.perilune.conformance;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/** A device without a journal: any MQTT 5 client. */
final class StockClient implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 20;

    private final Mqtt5Client client;
    private final String name;

    private StockClient(Mqtt5Client client, String name) {
        this.client = client;
        this.name = name;
    }

    /** @throws com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException where it is refused */
    static StockClient connect(Perilune perilune, String name, String key) {
        Mqtt5BlockingClient client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(perilune.port(Part.MQTT))
                .identifier(name)
                .simpleAuth()
                .username(name)
                .password(key.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .buildBlocking();
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, publish -> {});
        client.connect();
        return new StockClient(client, name);
    }

    boolean isConnected() {
        return client.getState().isConnected();
    }

    /** What the broker answers to a QoS 1 message. */
    Mqtt5PubAckReasonCode publish(String topic, byte[] payload)
            throws ExecutionException, InterruptedException, TimeoutException {
        var sent = client.toAsync()
                .publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .send();
        try {
            var result = sent.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            return result.getError().orElse(null) instanceof Mqtt5PubAckException refusal
                    ? refusal.getMqttMessage().getReasonCode()
                    : Mqtt5PubAckReasonCode.SUCCESS;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Mqtt5PubAckException refusal) {
                return refusal.getMqttMessage().getReasonCode();
            }
            throw failure;
        }
    }

    Mqtt5PubAckReasonCode report(byte[] payload) throws ExecutionException, InterruptedException, TimeoutException {
        return publish("fleet/" + name + "/telemetry", payload);
    }

    List<Mqtt5SubAckReasonCode> subscribe(String filter)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            return client.toAsync()
                    .subscribeWith()
                    .topicFilter(filter)
                    .send()
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .getReasonCodes();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Mqtt5SubAckException refusal) {
                return refusal.getMqttMessage().getReasonCodes();
            }
            throw failure;
        }
    }

    static byte[] telemetry(Frame... frames) {
        return Telemetry.newBuilder().addAllFrames(List.of(frames)).build().toByteArray();
    }

    static Frame frame(long timeMicros, String name, double number) {
        return Frame.newBuilder()
                .setTimeMicros(timeMicros)
                .setStatus("nominal")
                .addValues(Value.newBuilder().setName(name).setNumber(number))
                .build();
    }

    @Override
    public void close() {
        if (isConnected()) {
            client.toBlocking().disconnect();
        }
    }
}
