package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Perilune.Part;
import org.perilune.sdk.DeviceKey;

/** A backup made while everything works, put into an empty home: it answers as the one that it was made of. */
final class BackupTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String DEVICE = "flyer";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aRestoreIntoAnEmptyHomeAnswersAsBefore() throws Exception {
        Path backups = folder.resolve("backups");
        Path journal = folder.resolve("journal");
        DeviceKey key;
        Map<String, JsonNode> answers;
        List<JsonNode> readings;
        try (var perilune = Perilune.in(folder.resolve("home"), Map.of("embedded.opensearch.enabled", "false"));
                var ground = new Ground(perilune)) {
            perilune.start();
            MissionRecord record = MissionRecord.make(perilune, ground);
            key = DeviceKey.of(perilune.run("device", "add", DEVICE));
            try (var device =
                    FlyingDevice.fly(key, DEVICE, perilune.port(Part.MQTT), journal, 1, 5, Duration.ofMillis(20))) {
                await("readings").atMost(SOON).until(() -> device.settled() > 100);
                awaitQuiet(ground);
                interruptABackup(perilune, backups);
                answers = record.answers(perilune, ground);
                readings = ground.readings(DEVICE);
                String said = perilune.run("backup", "--at", backups.toString());
                assertThat(said).contains("Deleted what an interrupted backup had left behind", "is complete");
                assertThat(perilune.run("export", "--device", DEVICE, "--at", backups.toString()))
                        .contains("of CSV are in");
                long settled = device.settled();
                await("the device to go on").atMost(SOON).until(() -> device.settled() > settled);
            }
            restored(record, key, journal, backups, answers, readings);
        }
    }

    /** Killed with a file there, and without a manifest: it is none. */
    private static void interruptABackup(Perilune perilune, Path backups) throws IOException, InterruptedException {
        Process killed = new ProcessBuilder(perilune.command("backup", "--at", backups.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await("a backup to begin")
                .pollInterval(Duration.ofMillis(1))
                .atMost(SOON)
                .until(() -> has(backups, "begun"));
        killed.destroyForcibly().waitFor();
        assertThat(has(backups, "manifest")).isFalse();
        assertThat(perilune.run("backup", "--list", "--at", backups.toString())).contains("no complete backup");
    }

    private static boolean has(Path folder, String name) throws IOException {
        if (!Files.exists(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(file -> file.getFileName().toString().equals(name + ".json"));
        }
    }

    private void restored(
            MissionRecord record,
            DeviceKey key,
            Path journal,
            Path backups,
            Map<String, JsonNode> answers,
            List<JsonNode> readings)
            throws Exception {
        try (var perilune = Perilune.in(folder.resolve("empty"), Map.of("embedded.opensearch.enabled", "false"));
                var ground = new Ground(perilune)) {
            assertThat(perilune.run("restore", "--at", backups.toString())).contains("is restored");
            perilune.start();
            await("query to have its model")
                    .atMost(SOON)
                    .until(() -> ground.get(Part.QUERY, "/ready", null).status() == 200);
            awaitQuiet(ground);
            assertThat(record.answers(perilune, ground)).isEqualTo(answers);
            assertThat(MissionRecord.logIn(ground)).isNotEmpty();

            List<JsonNode> stored = ground.readings(DEVICE);
            assertThat(stored).containsAll(readings);
            var identities = new HashSet<String>();
            stored.forEach(
                    reading -> assertThat(identities.add(reading.path("epoch").asText() + "/" + reading.path("seq")))
                            .as("once: %s", reading)
                            .isTrue());
            // It is still enrolled, and goes on.
            try (var device =
                    FlyingDevice.fly(key, DEVICE, perilune.port(Part.MQTT), journal, 2, 1, Duration.ofMillis(20))) {
                await("new readings").atMost(SOON).until(() -> device.settled() > 10);
            }
        }
    }

    /** Nothing waits in a queue or in an outbox. */
    private static void awaitQuiet(Ground ground) {
        await("empty queues").atMost(SOON).untilAsserted(() -> {
            JsonNode queues = ground.get(Part.EVENT_BUS, "/queues", ground.token("viewer"))
                    .json()
                    .path("queues");
            assertThat(queues).isNotEmpty();
            assertThat(queues).allMatch(queue -> queue.path("waiting").asLong(-1) == 0);
        });
    }
}
