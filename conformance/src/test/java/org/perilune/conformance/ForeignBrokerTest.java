package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole chain behind a broker that is not ours: all comes by subscription, and the journals hold the promise. */
final class ForeignBrokerTest {
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int FRAMES = 1_000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void framesSurviveTheBrokersDeathAndPostgresqls() throws Exception {
        Programs.require("mosquitto");
        try (var mosquitto = Mosquitto.in(folder)) {
            mosquitto.start();
            try (var perilune = Perilune.in(folder.resolve("home"), behind(mosquitto));
                    var ground = new Ground(perilune)) {
                perilune.start();
                try (var fleet = Fleet.fly(perilune, mosquitto.port(), 2, 1, folder.resolve("journals"))) {
                    awaitStored(fleet);
                    mosquitto.kill();
                    mosquitto.start();
                    awaitStored(fleet);
                    perilune.postgres().orElseThrow().destroyForcibly();
                    awaitStored(fleet);
                    fleet.landAndCompare(ground, RECOVERY);
                } catch (Throwable failure) {
                    failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                    throw failure;
                }
            }
        }
    }

    private static Map<String, String> behind(Mosquitto mosquitto) throws IOException {
        String port = Integer.toString(mosquitto.port());
        return Map.of(
                "batch-router.ingest-mode", "subscriber", "batch-router.mqtt.port", port, "telemetry.mqtt.port", port);
    }

    private static void awaitStored(Fleet fleet) {
        long before = fleet.settled();
        await("further frames to be stored").atMost(RECOVERY).until(() -> fleet.settled() >= before + FRAMES);
    }
}
