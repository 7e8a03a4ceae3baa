package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;

/** What becomes of bad telemetry: it is answered, kept with its reason where it may matter, and harms nobody. */
@ExtendWith(SharedPerilune.class)
final class BadTelemetryTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LARGEST_PACKET = TelemetryLimits.MOST_MESSAGE_BYTES + 16 * 1024;

    private final Perilune perilune;
    private final Ground ground;
    private final String name = "clumsy-" + UUID.randomUUID().toString().substring(0, 8);
    private String key = "";

    BadTelemetryTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @BeforeEach
    void enrol() throws Exception {
        key = perilune.run("device", "add", name);
    }

    /** Whatever it did: the device's next good message is stored. */
    @AfterEach
    void goodInputIsUndisturbed() throws Exception {
        try (ground;
                var device = StockClient.connect(perilune, name, key)) {
            Instant now = Instant.now();
            long micros = now.getEpochSecond() * 1_000_000;
            assertThat(device.report(StockClient.telemetry(StockClient.frame(micros, "after", 42))))
                    .isEqualTo(Mqtt5PubAckReasonCode.SUCCESS);
            await().atMost(TIMEOUT)
                    .until(() -> stored().stream()
                            .anyMatch(reading -> reading.path("after").asInt() == 42));
        }
        assertThat(perilune.isAlive()).isTrue();
    }

    private List<JsonNode> stored() throws IOException, InterruptedException {
        boolean known = ground.get(Part.TELEMETRY, "/devices/" + name, ground.token("viewer"))
                        .status()
                == 200;
        return known ? ground.readings(name) : List.of();
    }

    /** The device's one reject, once it is there. */
    private JsonNode reject() throws IOException, InterruptedException {
        String token = ground.token("viewer");
        await("a reject of " + name).atMost(TIMEOUT).until(() -> !rejects(token).isEmpty());
        List<JsonNode> rejects = rejects(token);
        assertThat(rejects).hasSize(1);
        JsonNode total = ground.get(Part.TELEMETRY, "/rejects", token).json().path("total");
        assertThat(total.asLong()).isPositive();
        assertThat(ground.get(Part.TELEMETRY, "/devices/" + name, token)
                        .json()
                        .path("rejected_today")
                        .asInt())
                .isEqualTo(1);
        return rejects.getFirst();
    }

    private List<JsonNode> rejects(String token) throws IOException, InterruptedException {
        return ground.get(Part.TELEMETRY, "/rejects", token)
                .json()
                .path("rejects")
                .valueStream()
                .filter(reject -> reject.path("device").asText().equals(name))
                .toList();
    }

    @Test
    void whatCannotBeDecodedIsAcknowledgedAndKeptWithItsReason() throws Exception {
        byte[] nonsense = "{\"speed\": 5}".getBytes(StandardCharsets.UTF_8);
        try (var device = StockClient.connect(perilune, name, key)) {
            assertThat(device.report(nonsense)).isEqualTo(Mqtt5PubAckReasonCode.SUCCESS);
        }
        JsonNode reject = reject();
        assertThat(reject.path("reason").asText()).isNotBlank();
        assertThat(reject.path("topic").asText()).isEqualTo("fleet/" + name + "/telemetry");
        assertThat(Base64.getDecoder().decode(reject.path("payload_base64").asText()))
                .isEqualTo(nonsense);
    }

    @Test
    void aNumberThatIsNoneIsRejectedAndItsNeighbourStored() throws Exception {
        Frame bad = StockClient.frame(1_795_228_680_000_000L, "temperature", Double.NaN);
        Frame good = StockClient.frame(1_795_228_681_000_000L, "temperature", 21.5);
        try (var device = StockClient.connect(perilune, name, key)) {
            assertThat(device.report(StockClient.telemetry(bad, good))).isEqualTo(Mqtt5PubAckReasonCode.SUCCESS);
        }
        assertThat(reject().path("reason").asText()).contains("'temperature' is NaN");
        await().atMost(TIMEOUT).until(() -> stored().size() == 1);
        assertThat(stored().getFirst().path("temperature").asDouble()).isEqualTo(21.5);
    }

    @Test
    void aClockThatIsWrongByYearsIsStoredAndFound() throws Exception {
        Instant past = Instant.parse("2013-03-04T05:06:07Z");
        Instant future = Instant.parse("2041-03-04T05:06:07Z");
        Instant sent = Instant.now();
        try (var device = StockClient.connect(perilune, name, key)) {
            for (Instant time : List.of(past, future)) {
                byte[] payload =
                        StockClient.telemetry(StockClient.frame(time.getEpochSecond() * 1_000_000, "temperature", 4));
                assertThat(device.report(payload)).isEqualTo(Mqtt5PubAckReasonCode.SUCCESS);
            }
        }
        await().atMost(TIMEOUT).until(() -> stored().size() == 2);
        for (Instant time : List.of(past, future)) {
            String range = "&from=" + time.minusSeconds(1) + "&to=" + time.plusSeconds(1);
            JsonNode found = ground.get(Part.TELEMETRY, "/data?device=" + name + range, ground.token("viewer"))
                    .json()
                    .path("data");
            assertThat(found).hasSize(1);
            assertThat(found.path(0).path("timestamp").asText()).isEqualTo(time.toString());
            Instant received = Instant.parse(found.path(0).path("received").asText());
            assertThat(received).isBetween(sent, Instant.now());
        }
    }

    @Test
    void nobodyReachesIntoAnothersBranch() throws Exception {
        String victim = "lunar-module";
        byte[] lie = StockClient.telemetry(StockClient.frame(1_795_228_680_000_000L, "lie", 1));
        try (var device = StockClient.connect(perilune, name, key)) {
            for (String leaf : List.of("telemetry", "connect", "lwt", "ack", "stored")) {
                assertThat(device.publish("fleet/" + victim + "/" + leaf, lie))
                        .as(leaf)
                        .isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
            }
            for (String filter : List.of("fleet/" + victim + "/stored", "fleet/+/telemetry", "#", "$share/g/fleet/#")) {
                assertThat(device.subscribe(filter)).as(filter).containsExactly(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
            }
            assertThat(device.isConnected()).isTrue();
        }
        JsonNode values = ground.get(Part.TELEMETRY, "/devices/" + victim, ground.token("viewer"))
                .json()
                .path("values");
        assertThat(values.has("lie")).isFalse();
    }

    @Test
    void strangersAndWrongKeysAreNotLetIn() {
        for (String stranger : List.of(name, "stranger", "telemetry", "")) {
            assertThatThrownBy(() -> StockClient.connect(perilune, stranger, "guess"))
                    .isInstanceOfSatisfying(
                            Mqtt5ConnAckException.class,
                            refusal -> assertThat(refusal.getMqttMessage().getReasonCode())
                                    .isIn(
                                            Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD,
                                            Mqtt5ConnAckReasonCode.NOT_AUTHORIZED));
        }
    }

    /** MQTT 3 does not know the broker's limit, so that this client really sends it. */
    @Test
    void aPacketThatIsTooLargeEndsTheConnection() {
        Mqtt3BlockingClient device = Mqtt3Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(perilune.port(Part.MQTT))
                .identifier(name)
                .simpleAuth()
                .username(name)
                .password(key.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .buildBlocking();
        device.connect();
        assertThatThrownBy(() -> device.publishWith()
                        .topic("fleet/" + name + "/telemetry")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(new byte[LARGEST_PACKET + 1])
                        .send())
                .isInstanceOf(RuntimeException.class);
        await().atMost(TIMEOUT).until(() -> !device.getState().isConnected());
    }
}
