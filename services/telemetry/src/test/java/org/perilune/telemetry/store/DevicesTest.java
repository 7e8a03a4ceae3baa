package org.perilune.telemetry.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.ReadFixture;
import org.perilune.telemetry.device.DeviceQueries;

/** How devices are, and their newest values, whatever their clocks, sessions and wills. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevicesTest {
    private Instant now = Instant.EPOCH;
    private ReadFixture telemetry;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        telemetry = new ReadFixture(home);
    }

    /** States go by our clock: each test has its own beginning. */
    @BeforeEach
    void beginNow() {
        now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    @AfterAll
    void stop() throws Exception {
        telemetry.close();
    }

    private JsonNode device(String name) throws Exception {
        return Json.mapper().readTree(telemetry.get("/devices/" + name).body());
    }

    private JsonNode until(String name, Predicate<JsonNode> condition) {
        await().atMost(Duration.ofSeconds(30)).until(() -> condition.test(device(name)));
        try {
            return device(name);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Frame frame(Instant time, String value, double number) {
        return Frame.newBuilder()
                .setTimeMicros(Times.micros(time))
                .setStatus("at " + time)
                .addValues(Value.newBuilder().setName(value).setNumber(number))
                .build();
    }

    private void send(String device, Instant received, Frame frame) {
        telemetry.stores.add(
                Streams.telemetry(Streams.partitionOf(device)),
                device,
                Telemetry.newBuilder().addFrames(frame).build().toByteArray(),
                null,
                Times.micros(received));
    }

    private void post(String device, Instant time, String value, double number) throws Exception {
        String body = Json.mapper()
                .createObjectNode()
                .put("timestamp", time.toString())
                .put("position", 0)
                .put("speed", 0)
                .put("status", "at " + time)
                .put("device", device)
                .put(value, number)
                .toString();
        assertThat(telemetry.post("/input", body).statusCode()).isEqualTo(201);
    }

    private void connect(String device, long session, Instant received) {
        telemetry.stores.add(
                Streams.CONNECT,
                device,
                Connect.newBuilder().setSession(session).build().toByteArray(),
                null,
                Times.micros(received));
    }

    private void will(String device, byte[] payload, Instant received) {
        telemetry.stores.add(Streams.LAST_WILL, device, payload, null, Times.micros(received));
    }

    private static double value(JsonNode device, String name) {
        return device.at("/values/" + name + "/value").asDouble();
    }

    @Test
    void readingOfTheFarFutureIsNewestOnlyUntilTheNextOneOverMqtt() {
        send("ahead", now, frame(now.plus(Duration.ofDays(4_000)), "heat", 1));
        JsonNode wrong = until("ahead", device -> value(device, "heat") == 1);
        assertThat(wrong.get("clock_wrong_by_seconds").asLong()).isEqualTo(4_000L * 86_400);
        send("ahead", now.plusSeconds(5), frame(now.plusSeconds(5), "heat", 2));
        JsonNode right = until("ahead", device -> value(device, "heat") == 2);
        assertThat(right.get("clock_wrong_by_seconds").isNull()).isTrue();
        assertThat(right.get("last_contact").asText())
                .isEqualTo(now.plusSeconds(5).toString());
        assertThat(right.get("status").asText()).isEqualTo("at " + now.plusSeconds(5));
    }

    @Test
    void readingOfTheFarFutureIsNewestOnlyUntilTheNextOneOverHttp() throws Exception {
        post("posted", Instant.parse("2099-01-01T00:00:00Z"), "heat", 1);
        String contact = device("posted").get("last_contact").asText();
        assertThat(device("posted").get("clock_wrong_by_seconds").asLong()).isPositive();
        post("posted", Instant.now(), "heat", 2);
        JsonNode right = device("posted");
        assertThat(value(right, "heat")).isEqualTo(2);
        assertThat(right.get("clock_wrong_by_seconds").isNull()).isTrue();
        assertThat(Instant.parse(right.get("last_contact").asText())).isAfter(Instant.parse(contact));
        assertThat(right.get("state").asText()).isEqualTo("online");
    }

    @Test
    void lateDataReplaceNothingNewerAndHideNothing() throws Exception {
        send("late", now, frame(now, "heat", 2));
        until("late", device -> value(device, "heat") == 2);
        send("late", now.plusSeconds(1), frame(now.minusSeconds(600), "heat", 1));
        send("late", now.plusSeconds(2), frame(now.minusSeconds(600), "dust", 7));
        JsonNode device = until("late", changed -> value(changed, "dust") == 7);
        assertThat(value(device, "heat")).isEqualTo(2);
        assertThat(device.path("last_time").asText()).isEqualTo(now.toString());
        post("late", now.minusSeconds(300), "heat", 3);
        post("late", now.minusSeconds(300), "dust", 8);
        assertThat(value(device("late"), "heat")).isEqualTo(2);
        assertThat(value(device("late"), "dust")).isEqualTo(8);
    }

    @Test
    void willWithoutSessionMeansDarkAtOnceEveryTime() {
        byte[] empty = LastWill.getDefaultInstance().toByteArray();
        darkEveryTime("stock", "offline".getBytes(UTF_8), empty);
        darkEveryTime("stock-2", empty, empty);
    }

    private void darkEveryTime(String name, byte[] first, byte[] second) {
        send(name, now.minusSeconds(9), frame(now.minusSeconds(9), "heat", 1));
        until(name, device -> value(device, "heat") == 1);
        will(name, first, now.minusSeconds(8));
        until(name, device -> device.path("state").asText().equals("dark"));
        send(name, now.minusMillis(7_900), frame(now.minusSeconds(7), "heat", 2));
        until(name, device -> device.path("state").asText().equals("online"));
        will(name, second, now.minusSeconds(6));
        JsonNode again = until(name, device -> device.path("state").asText().equals("dark"));
        assertThat(again.get("since").asText()).isEqualTo(now.minusSeconds(6).toString());
    }

    @Test
    void deviceWhoseSessionsBeginAgainIsBelieved() {
        connect("flashed", 500, now.minusSeconds(60));
        until("flashed", device -> device.path("session").asText().equals("500"));
        connect("flashed", 1, now.minusSeconds(30));
        JsonNode anew =
                until("flashed", device -> device.path("session").asText().equals("1"));
        assertThat(anew.get("last_contact").asText())
                .isEqualTo(now.minusSeconds(30).toString());
        will("flashed", LastWill.newBuilder().setSession(1).build().toByteArray(), now.minusSeconds(20));
        until("flashed", device -> device.path("state").asText().equals("dark"));
        connect("flashed", 2, now.minusSeconds(10));
        until("flashed", device -> device.path("state").asText().equals("online"));
        // Of the connection that was taken over, and late.
        will("flashed", LastWill.newBuilder().setSession(1).build().toByteArray(), now.minusSeconds(9));
        connect("flashed", 2, now.minusSeconds(8));
        connect("other", 1, now);
        until("other", device -> device.path("session").asText().equals("1"));
        assertThat(until("flashed", device -> true).get("state").asText()).isEqualTo("online");
    }

    @Test
    void stockClientThatWasTakenOverIsOnline() {
        connect("taken", 0, now.minusSeconds(60));
        will("taken", new byte[0], now.minusSeconds(5));
        until("taken", device -> device.path("state").asText().equals("dark"));
        connect("taken", 0, now.minusMillis(4_990));
        until("taken", device -> device.path("state").asText().equals("online"));
    }

    @Test
    void recordingThatIsOverHasEnded() {
        telemetry.stores.add(
                Streams.CONNECT,
                "recorder",
                Connect.newBuilder().setSession(1).setRecording(true).build().toByteArray(),
                null,
                Times.micros(now.minusSeconds(600)));
        send("recorder", now.minusSeconds(500), frame(Instant.parse("2026-05-01T00:00:00Z"), "heat", 1));
        JsonNode ended = until("recorder", device -> value(device, "heat") == 1);
        assertThat(ended.get("state").asText()).isEqualTo("ended");
        assertThat(ended.get("since").asText()).isEqualTo(now.minusSeconds(500).toString());
        assertThat(ended.get("last_time").asText()).isEqualTo("2026-05-01T00:00:00Z");
    }

    @Test
    void whoReadsDevicesTakesNoChangeFromFollowers() throws Exception {
        var jdbi = Jdbi.create(telemetry.stores.dataSource());
        var queries = new DeviceQueries(
                jdbi, new ClockTolerance(Duration.ofMinutes(5), Duration.ofDays(365)), Clock.systemUTC());
        connect("watched", 1, now);
        until("watched", device -> device.path("state").asText().equals("online"));
        var before = queries.standings().get("watched");
        will("watched", LastWill.newBuilder().setSession(1).build().toByteArray(), now);
        until("watched", device -> device.path("state").asText().equals("dark"));
        queries.all();
        assertThat(queries.standings().get("watched")).isNotEqualTo(before);
    }
}
