package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Perilune.Part;

/** A machine with one processor, where what keeps the only thread that there is by default keeps everything. */
final class OneProcessorTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void startsAndTakesTelemetry(@TempDir Path home) throws Exception {
        try (Perilune perilune = Perilune.in(home)) {
            perilune.startOnOneProcessor();
            try (var ground = new Ground(perilune)) {
                String token = perilune.run("token");
                await().atMost(TIMEOUT)
                        .untilAsserted(
                                () -> assertThat(ground.get(Part.TELEMETRY, "/data?device=lunar-module&limit=1", token)
                                                .json()
                                                .path("data"))
                                        .hasSize(1));
            }
        }
    }
}
