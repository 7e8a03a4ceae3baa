package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Others do what they like ({@link Abuse}) for a while ({@code -Dabuse.seconds=}, as {@code ./perilune soak} says): devices
 * and operators go on, in bounded memory. Prints how long it took from a device's report until the device knew that it is stored.
 */
@EnabledIfSystemProperty(named = "abuse.seconds", matches = "[0-9]+")
final class AbuseTest {
    private static final Duration LONG = Duration.ofSeconds(Integer.getInteger("abuse.seconds", 20));
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final long MOST_MEGABYTES = 900;
    private static final int DEVICES = 10;
    private static final int READINGS_A_TICK = 10;
    private static final Duration TICK = Duration.ofMillis(100);
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
                var observed = new Observed(perilune, fleet.devices().getFirst());
                Map<String, ?> counts;
                try (var abuse = Abuse.begin(perilune, "flyer-0", ground.token("viewer"))) {
                    await("the end of the abuse")
                            .atMost(LONG.plus(RECOVERY))
                            .pollInterval(Duration.ofMillis(5))
                            .until(observed::look);
                    String id = commander.dispatch(COUNTER, "in-the-midst", 1, 600);
                    await("a command in the midst of it").atMost(RECOVERY).until(() -> commander.open(COUNTER) == 0);
                    JsonNode command =
                            Objects.requireNonNull(commander.commands(COUNTER).get(id));
                    assertThat(command.path("state").asText()).isEqualTo("completed");
                    counts = abuse.counts();
                }
                System.out.println("Abuse survived [seconds: " + LONG.toSeconds() + ", megabytes at most: "
                        + observed.peak + ", " + observed.latency() + ", frames: " + fleet.taken() + ", " + counts
                        + "]");
                assertThat(observed.peak).as("peak of memory, in megabytes").isLessThan(MOST_MEGABYTES);
                fleet.landAndCompare(ground, RECOVERY);
            } catch (Throwable failure) {
                failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                throw failure;
            }
        }
    }

    /** What can be seen from outside meanwhile. */
    private static final class Observed {
        private final Perilune perilune;
        private final FlyingDevice device;
        private final Histogram millis = new Histogram(3);
        private final long began = System.nanoTime();
        private long awaited;
        private long since;
        private long peak;

        Observed(Perilune perilune, FlyingDevice device) {
            this.perilune = perilune;
            this.device = device;
        }

        /** True when the time is over. */
        boolean look() throws Exception {
            long now = System.nanoTime();
            if (awaited == 0) {
                awaited = device.taken();
                since = now;
            } else if (device.settled() >= awaited) {
                millis.recordValue((now - since) / 1_000_000);
                awaited = 0;
            }
            peak = Math.max(peak, perilune.residentMegabytes());
            return now - began > LONG.toNanos();
        }

        String latency() {
            return "milliseconds from report to the device's knowing, half: " + millis.getValueAtPercentile(50)
                    + ", 99 of 100: " + millis.getValueAtPercentile(99) + ", most: " + millis.getMaxValue();
        }
    }
}
