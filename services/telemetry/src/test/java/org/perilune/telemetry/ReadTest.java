package org.perilune.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadTest {
    private static final String CSV_HEADER = "device,timestamp,received,epoch,seq,status,altitude";
    private static final int FRAMES = 250;
    private ReadFixture telemetry;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        telemetry = new ReadFixture(home);
        for (String device : List.of("walker", "flyer")) {
            Frame[] frames = Stream.iterate(1L, seq -> seq + 1)
                    .limit(FRAMES)
                    .map(seq -> IngestFixture.frame(seq, IngestFixture.NOON_MICROS + seq * 1_000_000))
                    .toArray(Frame[]::new);
            telemetry.stores.send(device, 7, frames);
        }
        await().until(() -> telemetry.stores.count("select count(*) from frame where epoch = 7") == 2 * FRAMES);
    }

    @AfterAll
    void stop() throws Exception {
        telemetry.close();
    }

    private JsonNode json(String path) throws Exception {
        HttpResponse<String> answer = telemetry.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.mapper().readTree(answer.body());
    }

    @Test
    void pagesGoThroughAllReadingsOfAllDevicesOnceAndNewestFirst() throws Exception {
        String range = "from=2027-01-01T00:00:00Z&to=2027-12-31T00:00:00Z&limit=37";
        var seen = new ArrayList<String>();
        var times = new ArrayList<Instant>();
        String cursor = "";
        while (!cursor.equals("null")) {
            JsonNode page = json("/data?" + range + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.get("data").forEach(reading -> {
                if (!reading.get("device").asText().matches("walker|flyer")) {
                    return; // other tests' devices
                }
                seen.add(reading.get("device").asText() + reading.get("seq").asText());
                times.add(Instant.parse(reading.get("timestamp").asText()));
            });
            cursor = page.get("next").asText();
        }
        assertThat(seen).hasSize(2 * FRAMES);
        assertThat(new HashSet<>(seen)).hasSize(2 * FRAMES);
        assertThat(times).isSortedAccordingTo((one, other) -> other.compareTo(one));
    }

    @Test
    void takesAReadingWithAsManyValuesAsTheLimitsPromiseAndNoMore() throws Exception {
        HttpResponse<String> most = telemetry.post("/input", reading(TelemetryLimits.MOST_VALUES, "nominal"));
        assertThat(most.statusCode()).as(most.body()).isEqualTo(201);
        HttpResponse<String> more = telemetry.post("/input", reading(TelemetryLimits.MOST_VALUES + 1, "nominal"));
        assertThat(more.statusCode()).isEqualTo(422);
        assertThat(more.body()).contains("more than 1000");
        HttpResponse<String> half = telemetry.post("/input", reading(2, "\\ud800"));
        assertThat(half.statusCode()).isEqualTo(422);
        HttpResponse<String> wide = telemetry.post("/input", reading(2, "\u20ac".repeat(1_366)));
        assertThat(wide.statusCode()).isEqualTo(422);
        assertThat(telemetry.post("/input", reading(2, "\u20ac".repeat(1_365))).statusCode())
                .isEqualTo(201);
    }

    private static String reading(int values, String status) {
        var body = new StringBuilder("""
                {"device":"wide","timestamp":"2026-11-21T02:38:00Z","status":"%s","position":1,"speed":2""".formatted(status));
        for (int value = 2; value < values; value++) {
            body.append(",\"value-")
                    .append(value)
                    .append("-".repeat(50))
                    .append("\":")
                    .append(Math.sqrt(value));
        }
        return body.append('}').toString();
    }

    @Test
    void newestReadingOfADeviceComesFirst() throws Exception {
        JsonNode page = json("/data?device=walker&limit=5");
        assertThat(page.get("data")).hasSize(5);
        assertThat(page.get("data").get(0).get("seq").asText()).isEqualTo(Integer.toString(FRAMES));
        assertThat(page.get("data").get(0).get("altitude").asDouble()).isEqualTo(100.0 + FRAMES);
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        assertThat(telemetry.get("/data?limit=0").statusCode()).isEqualTo(400);
        assertThat(telemetry.get("/data?limit=1001").statusCode()).isEqualTo(400);
        assertThat(telemetry.get("/data?devcie=walker").statusCode()).isEqualTo(400);
        assertThat(telemetry.get("/data?device=nobody").statusCode()).isEqualTo(404);
        assertThat(telemetry.get("/data?cursor=AAAA").statusCode()).isEqualTo(400);
        assertThat(telemetry
                        .get("/data?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z")
                        .statusCode())
                .isEqualTo(400);
        assertThat(telemetry.get("/series?device=walker").statusCode()).isEqualTo(400);
        assertThat(telemetry.get("/series?device=walker&parameter=none").statusCode())
                .isEqualTo(404);
        assertThat(telemetry.get("/devices/nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void csvHoldsEveryReadingOldestFirst() throws Exception {
        // These frames came past the ingest: their names are known when they are rolled up.
        await().until(() -> telemetry.get("/data.csv?device=walker").body().startsWith(CSV_HEADER + "\r\n"));
        List<String> lines =
                telemetry.get("/data.csv?device=walker").body().lines().toList();
        assertThat(lines).hasSize(FRAMES + 1);
        assertThat(lines.get(1)).startsWith("walker,").endsWith(",7,1,nominal,101");
    }

    @Test
    void csvQuotesTextAndDisarmsFormulas() throws Exception {
        String reading = "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"position\":-1.5,\"speed\":2,"
                + "\"status\":\"=1,\\\"2\\\"\",\"device\":\"typist\"}";
        assertThat(telemetry.post("/input", reading).statusCode()).isEqualTo(201);
        String csv = telemetry.get("/data.csv?device=typist&parameter=position").body();
        assertThat(csv).endsWith(",\"'=1,\"\"2\"\"\",-1.5\r\n");
    }

    @Test
    void plotsShowTheSameExtremesRolledUpOrNot() throws Exception {
        String wide = "/series?device=flyer&parameter=altitude&pixels=10"
                + "&from=2027-01-15T00:00:00Z&to=2027-01-16T00:00:00Z";
        assertExtremes(json(wide));
        await().until(() -> telemetry.stores.count("select count(*) from rollup where level_seconds = 14400") > 0);
        assertExtremes(json(wide));
        JsonNode narrow = json("/series?device=flyer&parameter=altitude&pixels=1000"
                + "&from=2027-01-15T08:00:00Z&to=2027-01-15T08:10:00Z");
        assertThat(narrow.get("bucket_seconds").asInt()).isZero();
        assertThat(narrow.get("points")).hasSize(FRAMES);
    }

    private static void assertExtremes(JsonNode series) {
        double minimum = Double.POSITIVE_INFINITY;
        double maximum = Double.NEGATIVE_INFINITY;
        for (JsonNode point : series.get("points")) {
            minimum = Math.min(minimum, point.get(1).asDouble());
            maximum = Math.max(maximum, point.get(2).asDouble());
        }
        assertThat(minimum).isEqualTo(101);
        assertThat(maximum).isEqualTo(100 + FRAMES);
    }

    @Test
    void inputIsStoredWhenItIsAnsweredAndBadFieldsAreNamed() throws Exception {
        String good = "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"position\":1.5,\"speed\":2,\"status\":\"nominal\","
                + "\"device\":\"poster\"}";
        assertThat(telemetry.post("/input", good).statusCode()).isEqualTo(201);
        JsonNode again = Json.mapper().readTree(telemetry.post("/input", good).body());
        assertThat(again.get("duplicate").asBoolean()).isTrue();
        JsonNode page = json("/data?device=poster");
        assertThat(page.get("data")).hasSize(1);
        assertThat(page.get("data").get(0).get("position").asDouble()).isEqualTo(1.5);
        HttpResponse<String> wrong = telemetry.post("/input", good.replace("1.5", "\"high\""));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("position");
        assertThat(telemetry.post("/input", "{").statusCode()).isEqualTo(400);
    }

    @Test
    void faultsOfInputAreNamedAndMakeNoDevice() throws Exception {
        String good = "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"position\":1.5,\"speed\":2,\"status\":\"nominal\","
                + "\"device\":\"nobody\"}";
        for (List<String> bad : List.of(
                List.of("nominal", "a\\u0000b", "status"),
                List.of("nominal", "\\ud800", "status"),
                List.of("1.5", "1e400", "too large"),
                List.of("1.5", "92233720368547758080", "64 bits"),
                List.of("00:00:00Z", "12:00:60Z", "leap second"),
                List.of("speed\":2", "speed\":2,\"a b\":1", "a b"))) {
            HttpResponse<String> wrong = telemetry.post("/input", good.replace(bad.get(0), bad.get(1)));
            assertThat(wrong.statusCode()).as(wrong.body()).isEqualTo(422);
            assertThat(wrong.body()).contains(bad.get(2));
        }
        assertThat(telemetry.get("/devices/nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void numbersAndNamesAreTheSameEverywhere() throws Exception {
        String reading = "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"position\":9007199254740993,\"speed\":-0.0,"
                + "\"status\":\"nominal\",\"device\":\"counter\",\"高度\":1e300,\"whole\":9007199254740992,\"n\":101.0}";
        assertThat(telemetry.post("/input", reading).statusCode()).isEqualTo(201);
        String data = telemetry.get("/data?device=counter").body();
        String device = telemetry.get("/devices/counter").body();
        for (String value : List.of(
                "position\":#9007199254740993",
                "speed\":#0",
                "高度\":#1.0E300",
                "whole\":#9007199254740992",
                "n\":#101")) {
            assertThat(data).containsPattern(value.replace("#", "") + "[,}]");
            assertThat(device).containsPattern(value.replace("#", "\\{[^}]*\"value\":") + "[,}]");
        }
        assertThat(telemetry
                        .get("/data.csv?device=counter&parameter=position&parameter=speed&parameter=n")
                        .body())
                .endsWith(",nominal,9007199254740993,0,101\r\n");
    }

    @Test
    void ofANameThatStandsTwiceTheLastCountsAndOneBadNameCostsNothingElse() throws Exception {
        Frame frame = IngestFixture.frame(1, IngestFixture.NOON_MICROS).toBuilder()
                .addValues(Value.newBuilder().setName("altitude").setNumber(5))
                .addValues(Value.newBuilder().setName("no name").setNumber(6))
                .build();
        telemetry.stores.send("twice", 1, frame);
        await().until(() -> telemetry.get("/devices/twice").body().contains("altitude"));
        JsonNode reading = json("/data?device=twice").get("data").get(0);
        assertThat(reading.get("altitude").asInt()).isEqualTo(5);
        assertThat(reading.has("no name")).isFalse();
        assertThat(json("/devices/twice").at("/values/altitude/value").asInt()).isEqualTo(5);
        assertThat(json("/series?device=twice&parameter=altitude&from=2027-01-15T07:00:00Z&to=2027-01-15T09:00:00Z")
                        .at("/points"))
                .hasSize(1)
                .allSatisfy(point -> assertThat(point.get(1).asInt()).isEqualTo(5));
        assertThat(telemetry.get("/rejects").body()).contains("The value 'no name' is left out");
    }

    @Test
    void followersSeeFramesAtOnce() throws Exception {
        var lines = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        HttpResponse<Stream<String>> stream = telemetry
                .client()
                .send(telemetry.request("/stream?device=live").build(), HttpResponse.BodyHandlers.ofLines());
        Thread reader = Thread.ofVirtual().start(() -> {
            try (Stream<String> body = stream.body()) {
                body.takeWhile(line -> !line.contains("\"seq\":\"99\"")).forEach(lines::add);
            }
        });
        var seq = new java.util.concurrent.atomic.AtomicLong();
        await().until(() -> {
            long next = seq.incrementAndGet();
            telemetry.stores.send("live", 3, IngestFixture.frame(next, IngestFixture.NOON_MICROS + next));
            return lines.stream().anyMatch(line -> line.startsWith("data: {\"frames\":[{\"device\":\"live\""));
        });
        telemetry.stores.send("live", 3, IngestFixture.frame(99, IngestFixture.NOON_MICROS + 99));
        reader.join(java.time.Duration.ofSeconds(10));
        assertThat(reader.isAlive()).isFalse();
    }

    @Test
    void framesOfDevicesThatNobodyFollowsAreNotDecoded() throws Exception {
        var seen = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        double before = decoded();
        HttpResponse<Stream<String>> stream = telemetry
                .client()
                .send(telemetry.request("/stream?device=chosen").build(), HttpResponse.BodyHandlers.ofLines());
        Thread.ofVirtual().start(() -> {
            try (Stream<String> body = stream.body()) {
                body.takeWhile(line -> !line.contains("\"device\":\"chosen\"")).forEach(seen::add);
            }
            seen.add("chosen");
        });
        var sent = new java.util.concurrent.atomic.AtomicLong();
        await().until(() -> {
            long seq = sent.incrementAndGet();
            for (int number = 0; number < 20; number++) {
                telemetry.stores.send("passed-over-" + number, 1, IngestFixture.frame(seq, IngestFixture.NOON_MICROS));
            }
            telemetry.stores.send("chosen", 1, IngestFixture.frame(seq, IngestFixture.NOON_MICROS));
            return seen.contains("chosen");
        });
        assertThat(decoded() - before).isBetween(1.0, (double) sent.get());
    }

    private double decoded() throws Exception {
        return telemetry
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("telemetry_live_frames_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void devicesTellTheirStateAndValues() throws Exception {
        await().until(() -> json("/devices/walker").get("values").has("altitude"));
        JsonNode walker = json("/devices/walker");
        assertThat(walker.get("gaps").asInt()).isZero();
        assertThat(walker.get("values").get("altitude").get("value").asDouble()).isEqualTo(100.0 + FRAMES);
        assertThat(json("/devices").get("devices").size()).isGreaterThanOrEqualTo(2);
    }
}
