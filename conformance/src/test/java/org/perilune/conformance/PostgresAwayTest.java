package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Perilune.Part;

/** PostgreSQL hangs for a while ({@code -Daway.seconds=}): the devices do not notice, and nothing is lost. */
final class PostgresAwayTest {
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("away.seconds", 20));
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    /** The house's promise for an hour of ease; in need it must hold too. */
    private static final long MOST_MEGABYTES = 700;

    private static final long MOST_GROWTH_MEGABYTES = 150;
    private static final long EPOCH_MICROS = 1_700_000_000_000_000L;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void ingestGoesOnInBoundedMemoryAndTheBacklogDrainsByItself() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune)) {
            perilune.start();
            try (var fleet = Fleet.fly(perilune, 2, 1, folder.resolve("journals"));
                    var stock = StockClient.connect(perilune, "stock", perilune.run("device", "add", "stock"))) {
                long process = perilune.pid();
                await().atMost(RECOVERY).until(() -> fleet.settled() > 500);
                long before = perilune.residentMegabytes();

                var observed = new Observed();
                try (var _ = Suspension.of(perilune.postgres().orElseThrow())) {
                    await().atMost(AWAY.plus(RECOVERY))
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> observed.look(perilune, stock));
                }

                assertThat(observed.peak).as("peak of memory").isLessThan(MOST_MEGABYTES);
                assertThat(observed.peak - before).as("growth of memory").isLessThan(MOST_GROWTH_MEGABYTES);
                fleet.landAndCompare(ground, RECOVERY);
                await("readiness")
                        .atMost(RECOVERY)
                        .until(() -> ground.get(Part.TELEMETRY, "/ready", null).status() == 200);
                await("what the broker acknowledged meanwhile")
                        .atMost(RECOVERY)
                        .until(() -> ground.readings("stock").size() >= observed.acknowledged);
                assertThat(ground.readings("stock").stream()
                                .mapToLong(reading -> reading.path("ordinal").asLong()))
                        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, observed.acknowledged)
                                .boxed()
                                .toList());
                assertThat(perilune.isAlive() && perilune.pid() == process)
                        .as("no restart")
                        .isTrue();
                System.out.println("PostgreSQL was away [seconds: " + AWAY.toSeconds() + ", acknowledged: "
                        + observed.acknowledged + ", slowest: " + observed.slowest + ", frames: " + fleet.taken()
                        + ", megabytes before: " + before + ", peak: " + observed.peak + "]");
            } catch (Throwable failure) {
                failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                throw failure;
            }
        }
    }

    /** What can be seen from outside while PostgreSQL is away. */
    private static final class Observed {
        private final long began = System.nanoTime();
        private int acknowledged;
        private long peak;
        private Duration slowest = Duration.ZERO;

        /** Publishes one more message; true when the time is over. */
        boolean look(Perilune perilune, StockClient stock) throws Exception {
            long sent = System.nanoTime();
            byte[] payload =
                    StockClient.telemetry(StockClient.frame(EPOCH_MICROS + acknowledged, "ordinal", acknowledged));
            assertThat(stock.report(payload)).isEqualTo(Mqtt5PubAckReasonCode.SUCCESS);
            Duration took = Duration.ofNanos(System.nanoTime() - sent);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
            acknowledged++;
            peak = Math.max(peak, perilune.residentMegabytes());
            return System.nanoTime() - began > AWAY.toNanos();
        }
    }
}
