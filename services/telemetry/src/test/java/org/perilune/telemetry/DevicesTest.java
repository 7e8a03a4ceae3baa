package org.perilune.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Json;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/** How devices are, and their newest values, whatever their clocks, sessions and wills. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevicesTest {
    private static final Instant NOW = Instant.now();
    private ReadFixture telemetry;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        telemetry = new ReadFixture(home);
    }

    @AfterAll
    void stop() throws Exception {
        telemetry.close();
    }

    private JsonNode device(String name) throws Exception {
        return Json.mapper().readTree(telemetry.get("/devices/" + name).body());
    }

    private JsonNode await(String name, Predicate<JsonNode> condition) {
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
        String body = "{\"timestamp\":\"%s\",\"position\":0,\"speed\":0,\"status\":\"at %s\",\"device\":\"%s\",\"%s\":%s}";
        assertThat(telemetry
                        .post("/input", body.formatted(time, time, device, value, number))
                        .statusCode())
                .isEqualTo(201);
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
        send("ahead", NOW, frame(NOW.plus(Duration.ofDays(4_000)), "heat", 1));
        JsonNode wrong = await("ahead", device -> value(device, "heat") == 1);
        assertThat(wrong.get("clock_wrong_by_seconds").asLong()).isEqualTo(4_000L * 86_400);
        send("ahead", NOW.plusSeconds(5), frame(NOW.plusSeconds(5), "heat", 2));
        JsonNode right = await("ahead", device -> value(device, "heat") == 2);
        assertThat(right.get("clock_wrong_by_seconds").isNull()).isTrue();
        assertThat(right.get("last_contact").asText()).isEqualTo(NOW.plusSeconds(5).toString());
        assertThat(right.get("status").asText()).isEqualTo("at " + NOW.plusSeconds(5));
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
        send("late", NOW, frame(NOW, "heat", 2));
        await("late", device -> value(device, "heat") == 2);
        send("late", NOW.plusSeconds(1), frame(NOW.minusSeconds(600), "heat", 1));
        send("late", NOW.plusSeconds(2), frame(NOW.minusSeconds(600), "dust", 7));
        JsonNode device = await("late", changed -> value(changed, "dust") == 7);
        assertThat(value(device, "heat")).isEqualTo(2);
        assertThat(device.get("last_time").asText()).isEqualTo(NOW.toString());
        post("late", NOW.minusSeconds(300), "heat", 3);
        post("late", NOW.minusSeconds(300), "dust", 8);
        assertThat(value(device("late"), "heat")).isEqualTo(2);
        assertThat(value(device("late"), "dust")).isEqualTo(8);
    }

    @Test
    void willWithoutSessionMeansDarkAtOnceEveryTime() {
        byte[] text = "offline".getBytes(UTF_8);
        byte[] empty = LastWill.getDefaultInstance().toByteArray();
        for (byte[][] wills : new byte[][][] {{text, empty}, {empty, empty}}) {
            String name = wills[0] == text ? "stock" : "stock-2";
            send(name, NOW.minusSeconds(9), frame(NOW.minusSeconds(9), "heat", 1));
            await(name, device -> value(device, "heat") == 1);
            will(name, wills[0], NOW.minusSeconds(8));
            await(name, device -> device.get("state").asText().equals("dark"));
            send(name, NOW.minusMillis(7_900), frame(NOW.minusSeconds(7), "heat", 2));
            await(name, device -> device.get("state").asText().equals("online"));
            will(name, wills[1], NOW.minusSeconds(6));
            JsonNode again = await(name, device -> device.get("state").asText().equals("dark"));
            assertThat(again.get("since").asText()).isEqualTo(NOW.minusSeconds(6).toString());
        }
    }

    @Test
    void deviceWhoseSessionsBeginAgainIsBelieved() {
        connect("flashed", 500, NOW.minusSeconds(60));
        await("flashed", device -> device.get("session").asText().equals("500"));
        connect("flashed", 1, NOW.minusSeconds(30));
        JsonNode anew = await("flashed", device -> device.get("session").asText().equals("1"));
        assertThat(anew.get("last_contact").asText()).isEqualTo(NOW.minusSeconds(30).toString());
        will("flashed", LastWill.newBuilder().setSession(1).build().toByteArray(), NOW.minusSeconds(20));
        await("flashed", device -> device.get("state").asText().equals("dark"));
        connect("flashed", 2, NOW.minusSeconds(10));
        await("flashed", device -> device.get("state").asText().equals("online"));
        // Of the connection that was taken over, and late.
        will("flashed", LastWill.newBuilder().setSession(1).build().toByteArray(), NOW.minusSeconds(9));
        connect("flashed", 2, NOW.minusSeconds(8));
        connect("other", 1, NOW);
        await("other", device -> device.path("session").asText().equals("1"));
        assertThat(await("flashed", device -> true).get("state").asText()).isEqualTo("online");
    }

    @Test
    void stockClientThatWasTakenOverIsOnline() {
        connect("taken", 0, NOW.minusSeconds(60));
        will("taken", new byte[0], NOW.minusSeconds(5));
        await("taken", device -> device.path("state").asText().equals("dark"));
        connect("taken", 0, NOW.minusMillis(4_990));
        await("taken", device -> device.get("state").asText().equals("online"));
    }

    @Test
    void recordingThatIsOverHasEnded() {
        telemetry.stores.add(
                Streams.CONNECT,
                "recorder",
                Connect.newBuilder().setSession(1).setRecording(true).build().toByteArray(),
                null,
                Times.micros(NOW.minusSeconds(600)));
        send("recorder", NOW.minusSeconds(500), frame(Instant.parse("2026-05-01T00:00:00Z"), "heat", 1));
        JsonNode ended = await("recorder", device -> value(device, "heat") == 1);
        assertThat(ended.get("state").asText()).isEqualTo("ended");
        assertThat(ended.get("since").asText()).isEqualTo(NOW.minusSeconds(500).toString());
        assertThat(ended.get("last_time").asText()).isEqualTo("2026-05-01T00:00:00Z");
    }

    @Test
    void whoReadsDevicesTakesNoChangeFromFollowers() throws Exception {
        var jdbi = Jdbi.create(telemetry.stores::connect);
        var queries = new DeviceQueries(
                jdbi, new ClockTolerance(Duration.ofMinutes(5), Duration.ofDays(365)), Clock.systemUTC());
        connect("watched", 1, NOW);
        await("watched", device -> device.path("state").asText().equals("online"));
        var before = queries.standings().get("watched");
        will("watched", LastWill.newBuilder().setSession(1).build().toByteArray(), NOW);
        await("watched", device -> device.get("state").asText().equals("dark"));
        queries.all();
        assertThat(queries.standings().get("watched")).isNotEqualTo(before);
    }
}
