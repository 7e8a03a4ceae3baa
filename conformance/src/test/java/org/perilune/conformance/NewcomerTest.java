package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.Topology;

/** What the README promises a newcomer, done as a newcomer does it. */
@ExtendWith(SharedPerilune.class)
final class NewcomerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Path REPOSITORY =
            Path.of("").toAbsolutePath().resolve("..").normalize();
    private static final Path RECORDING = REPOSITORY.resolve("../shared/data/astro-pi-iss-2015-08.csv.zip");
    private static final int RECORDED = 24_604;

    private final Perilune perilune;
    private final Ground ground;

    @TempDir
    private Path folder = Path.of("");

    NewcomerTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @BeforeEach
    void theProcessLives() {
        assertThat(perilune.isAlive()).isTrue();
    }

    @AfterEach
    void leave() {
        ground.close();
    }

    @Test
    void seesTheLunarModuleAliveWithATokenFromTheCommandLine() throws Exception {
        String token = perilune.run("token");
        await().atMost(TIMEOUT).until(() -> newest(token).size() == 5);
        JsonNode before = newest(token);
        assertThat(before.path(0).path("altitude").isNumber())
                .as("%s", before.path(0))
                .isTrue();
        Instant asked = Instant.now();
        await("readings of this moment")
                .atMost(TIMEOUT)
                .until(() -> Instant.parse(
                                newest(token).path(0).path("timestamp").asText())
                        .isAfter(asked));

        JsonNode device =
                ground.get(Part.TELEMETRY, "/devices/lunar-module", token).json();
        assertThat(device.path("state").asText()).isEqualTo("online");
        assertThat(device.path("values").size()).isPositive();
        assertThat(ground.get(Part.TELEMETRY, "/devices", token).json().path("devices"))
                .anySatisfy(one -> assertThat(one.path("name").asText()).isEqualTo("lunar-module"));
    }

    private JsonNode newest(String token) throws IOException, InterruptedException {
        return ground.get(Part.TELEMETRY, "/data?device=lunar-module&limit=5", token)
                .json()
                .path("data");
    }

    @Test
    void seesThatEverythingIsUp() throws Exception {
        String token = ground.token("viewer");
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(ground.get(Part.STATUS, "/status", token)
                                .json()
                                .path("status")
                                .asText())
                        .isEqualTo("up"));
        Answer status = ground.get(Part.STATUS, "/status", token);
        assertThat(status.json().path("services"))
                .allSatisfy(service -> assertThat(service.path("state").asText())
                        .as("%s", service)
                        .isEqualTo("up"));
        assertThat(status.json().path("stores").findValuesAsText("name"))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Topology.Store.values())
                        .map(Topology.Store::wireName)
                        .toList());
        assertThat(perilune.run("status")).contains("telemetry").contains("PostgreSQL");
    }

    @Test
    void putsAReadingThereWithProtocAndMosquitto() throws Exception {
        Programs.require("protoc", "mosquitto_pub");
        String key = perilune.run("device", "add", "rover");
        Path reading = Files.writeString(folder.resolve("reading.txt"), """
                frames { time_micros: 1795228680000000 status: "roving"
                  values { name: "speed" number: 0.25 } values { name: "camera" text: "left" } }
                """);
        Path encoded = folder.resolve("reading.bin");
        Path protocol = REPOSITORY.resolve("contracts/src/main/protobuf");
        execute(new ProcessBuilder(
                        "protoc",
                        "--proto_path=" + protocol,
                        "--encode=perilune.v1.Telemetry",
                        "perilune/v1/device.proto")
                .redirectInput(reading.toFile())
                .redirectOutput(encoded.toFile()));
        String port = Integer.toString(perilune.port(Part.MQTT));
        execute(new ProcessBuilder(
                "mosquitto_pub",
                "-p",
                port,
                "-i",
                "rover",
                "-u",
                "rover",
                "-P",
                key,
                "-q",
                "1",
                "-t",
                "fleet/rover/telemetry",
                "-f",
                encoded.toString()));
        await().atMost(TIMEOUT)
                .until(() -> knows("rover") && !ground.readings("rover").isEmpty());

        assertThat(ground.readings("rover")).singleElement().satisfies(stored -> {
            assertThat(stored.path("timestamp").asText()).isEqualTo("2026-11-21T02:38:00Z");
            assertThat(stored.path("status").asText()).isEqualTo("roving");
            assertThat(stored.path("speed").asDouble()).isEqualTo(0.25);
            assertThat(stored.path("camera").asText()).isEqualTo("left");
        });
    }

    private boolean knows(String device) throws IOException, InterruptedException {
        return ground.get(Part.TELEMETRY, "/devices/" + device, ground.token("viewer"))
                        .status()
                == 200;
    }

    private static void execute(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS))
                .as("ended: %s", command.command())
                .isTrue();
        assertThat(process.exitValue()).as("%s", command.command()).isZero();
    }

    @Test
    void replaysARecordedFile() throws Exception {
        var rows = new ArrayList<String>(List.of("time,depth,remark"));
        for (int i = 0; i < 500; i++) {
            rows.add("%s,%d.5,row %d"
                    .formatted(Instant.parse("2020-02-29T23:55:00Z").plusSeconds(i), i, i));
        }
        Path file = Files.write(folder.resolve("dive.csv"), rows);
        perilune.run("replay", file.toString(), "--device", "buoy");

        List<String> stored = ground.readings("buoy").stream()
                .map(reading -> "%s,%s,%s"
                        .formatted(
                                reading.path("timestamp").asText(),
                                reading.path("depth").asText(),
                                reading.path("remark").asText()))
                .toList();
        assertThat(stored.reversed()).isEqualTo(rows.subList(1, rows.size()));
    }

    @Test
    void replaysTheRecordingOfTheSpaceStation() throws Exception {
        assumeTrue(Files.exists(RECORDING), () -> "The recording is not beside this checkout: " + RECORDING);
        perilune.run("replay", RECORDING.toString(), "--device", "astro-pi");

        Map<String, String[]> rows =
                rows(RECORDING).stream().collect(Collectors.toMap(fields -> fields[0], Function.identity()));
        List<JsonNode> stored = ground.readings("astro-pi");
        assertThat(stored).hasSize(RECORDED);
        assertThat(rows).hasSize(RECORDED);
        for (JsonNode reading : stored) {
            String[] row = rows.remove(reading.path("ROW_ID").asText());
            assertThat(row).as("another reading, not seen before: %s", reading).isNotNull();
            if (row != null) {
                assertThat(reading.path("timestamp").asText()).isEqualTo(row[row.length - 1].replace(' ', 'T') + "Z");
                assertThat(reading.path("temp_cpu").asDouble()).isEqualTo(Double.parseDouble(row[1]));
                assertThat(reading.path("gyro_z").asDouble()).isEqualTo(Double.parseDouble(row[17]));
            }
        }
        assertThat(rows).isEmpty();
    }

    private static List<String[]> rows(Path zip) throws IOException {
        try (InputStream in = Files.newInputStream(zip);
                var archive = new ZipInputStream(in)) {
            archive.getNextEntry();
            var text = new ByteArrayOutputStream();
            archive.transferTo(text);
            return text.toString(StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split(","))
                    .toList();
        }
    }
}
