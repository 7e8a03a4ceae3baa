package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Others do what they like ({@link Abuse}) for a while ({@code -Dabuse.seconds=}, as {@code ./perilune soak} says): devices
 * and operators go on, in bounded memory. Prints how long it took from a device's report to its committed row.
 */
@EnabledIfSystemProperty(named = "abuse.seconds", matches = "[0-9]+")
final class AbuseTest {
    private static final Duration LONG = Duration.ofSeconds(Integer.getInteger("abuse.seconds", 20));
    /** Between two looks at the memory. */
    private static final Duration LOOK = Duration.ofMillis(5);

    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final long MOST_MEGABYTES = 900;
    private static final int DEVICES = 10;
    private static final int READINGS_A_TICK = 10;
    private static final Duration TICK = Duration.ofMillis(100);
    private static final String OBSERVED = "flyer-0";
    private static final String COUNTER = "counter-1";
    private static final String DICTIONARY = """
            {"commands":[{"name":"COUNT","title":"Count","description":"Leaves a line.","significance":"normal",
              "repeatable":false,"expires_in":600,"arguments":[{"name":"ordinal","type":"integer","required":true}]}]}
            """;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(3_600)
    void othersGoOnWhateverSomeDo() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune);
                var commander = new Commander(perilune)) {
            perilune.start();
            commander.put("/dictionary/" + CommandedDevice.TYPE, DICTIONARY);
            try (var fleet = Fleet.fly(perilune, DEVICES, READINGS_A_TICK, TICK, folder.resolve("journals"));
                    var _ = DeviceProcess.fly(perilune, COUNTER, folder.resolve("device"))) {
                commander.awaitDevice(COUNTER, RECOVERY);
                await().atMost(RECOVERY).until(() -> fleet.settled() > 1_000);
                Map<String, ?> counts;
                Histogram micros;
                long peak;
                try (var abuse = Abuse.begin(perilune, OBSERVED, ground.token("viewer"));
                        var latency = IngestLatency.of(perilune, OBSERVED)) {
                    peak = peakOfMemory(perilune);
                    micros = latency.micros();
                    String id = commander.dispatch(COUNTER, "in-the-midst", 1, 600);
                    await("a command in the midst of it").atMost(RECOVERY).until(() -> commander.open(COUNTER) == 0);
                    JsonNode command =
                            Objects.requireNonNull(commander.commands(COUNTER).get(id));
                    assertThat(command.path("state").asText()).isEqualTo("completed");
                    counts = abuse.counts();
                }
                System.out.println("Abuse survived [seconds: " + LONG.toSeconds() + ", megabytes at most: "
                        + peak + ", " + written(micros) + ", frames: " + fleet.taken() + ", " + counts
                        + "]");
                assertThat(micros.getTotalCount())
                        .as("frames of which it is known how long they took")
                        .isPositive();
                assertThat(peak).as("peak of memory, in megabytes").isLessThan(MOST_MEGABYTES);
                fleet.landAndCompare(ground, RECOVERY);
            } catch (Throwable failure) {
                failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                throw failure;
            }
        }
    }

    /** In megabytes, while it lasts. */
    private static long peakOfMemory(Perilune perilune) {
        var peak = new AtomicLong();
        long began = System.nanoTime();
        await("the end of the abuse")
                .atMost(LONG.plus(RECOVERY))
                .pollInterval(LOOK)
                .until(() -> {
                    peak.accumulateAndGet(perilune.residentMegabytes(), Math::max);
                    return System.nanoTime() - began > LONG.toNanos();
                });
        return peak.get();
    }

    private static String written(Histogram micros) {
        return "milliseconds from report to committed row, half: %.1f, 99 of 100: %.1f, most: %.1f, frames looked at: %,d"
                .formatted(
                        micros.getValueAtPercentile(50) / 1_000.0,
                        micros.getValueAtPercentile(99) / 1_000.0,
                        micros.getMaxValue() / 1_000.0,
                        micros.getTotalCount());
    }
}
