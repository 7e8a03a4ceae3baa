package org.perilune.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceKey;
import org.perilune.sdk.DeviceParameter;
import org.perilune.sdk.DeviceStatus;
import org.perilune.sdk.Reading;

/**
 * A device that goes on reporting whatever happens on the ground, and remembers all that its journal took. A device
 * can be restarted, as after a reset of its computer.
 */
final class FlyingDevice implements AutoCloseable {
    private final DeviceConfig config;
    private final Random random;
    private final int perTick;
    private final Map<String, Reading> taken = new HashMap<>();
    private final ScheduledExecutorService pace;
    private Device device;
    private @Nullable RuntimeException failure;

    private FlyingDevice(DeviceConfig config, long seed, int perTick) {
        this.config = config;
        this.random = new Random(seed);
        this.perTick = perTick;
        this.device = open();
        this.pace = Executors.newSingleThreadScheduledExecutor();
    }

    /** @param perTick readings in each of the ticks, given to the journal as one */
    static FlyingDevice fly(DeviceKey key, String name, int port, Path journal, long seed, int perTick, Duration tick) {
        DeviceConfig config = DeviceConfig.of(name, key, "127.0.0.1", port, journal)
                .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(1))
                .withAnswerTimeout(Duration.ofSeconds(10))
                .withResendAfter(Duration.ofSeconds(5));
        var flying = new FlyingDevice(config, seed, perTick);
        var _ = flying.pace.scheduleAtFixedRate(flying::report, 0, tick.toNanos(), TimeUnit.NANOSECONDS);
        return flying;
    }

    private Device open() {
        var description = new DeviceDescription(
                "test", Duration.ofSeconds(1), List.of(DeviceParameter.of("ordinal", "", "Counts")), null);
        return Device.open(config, description, Clock.systemUTC());
    }

    private synchronized void report() {
        if (failure != null) {
            return;
        }
        try {
            var readings = new ArrayList<Reading>();
            for (int i = 0; i < perTick; i++) {
                readings.add(next());
            }
            long last = device.reportAll(readings);
            long epoch = device.status().epoch();
            for (int i = 0; i < perTick; i++) {
                taken.put(identity(epoch, last - perTick + 1 + i), readings.get(i));
            }
        } catch (RuntimeException unexpected) {
            failure = unexpected;
        }
    }

    /** Random values, so that no two readings are alike. */
    private Reading next() {
        return Reading.at(Instant.now().truncatedTo(ChronoUnit.MICROS))
                .status(random.nextInt(10) == 0 ? "safe mode" : "nominal")
                .number("ordinal", taken.size())
                .number("temperature", random.nextGaussian() * 40)
                .number("huge", random.nextDouble() * Double.MAX_VALUE)
                .text("word", Long.toHexString(random.nextLong()) + " μ\"\\\n")
                .build();
    }

    private static String identity(long epoch, long seq) {
        return epoch + "/" + seq;
    }

    /** Begins a new epoch with what is left in the journal. */
    synchronized void restart() {
        device.close();
        device = open();
    }

    synchronized DeviceStatus status() {
        if (failure != null) {
            throw new IllegalStateException(config.name() + " could not go on", failure);
        }
        return device.status();
    }

    synchronized int taken() {
        return taken.size();
    }

    /** Frames that are known to be stored. */
    synchronized long settled() {
        return taken.size() - status().unsettledFrames();
    }

    String name() {
        return config.name();
    }

    /** Takes no more readings; what is in the journal is still sent. */
    void land() throws InterruptedException {
        pace.shutdown();
        if (!pace.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException(name() + " does not stop reporting");
        }
        status();
    }

    boolean awaitStored(Duration within) throws InterruptedException {
        return device.awaitStored(within);
    }

    /** What differs between what the journal took and what is stored; empty when each is there once, unchanged. */
    synchronized List<String> differences(List<JsonNode> stored) {
        var differences = new ArrayList<String>();
        var missing = new HashMap<>(taken);
        for (JsonNode reading : stored) {
            String identity =
                    reading.path("epoch").asText() + "/" + reading.path("seq").asText();
            Reading expected = missing.remove(identity);
            if (expected == null) {
                differences.add(name() + (taken.containsKey(identity) ? " twice: " : " never sent: ") + identity + " "
                        + reading);
            } else if (!equal(expected, reading)) {
                differences.add(name() + " changed: " + expected + " became " + reading);
            }
        }
        missing.keySet().stream().sorted().forEach(identity -> differences.add(name() + " lost: " + identity));
        return differences;
    }

    private boolean equal(Reading expected, JsonNode stored) {
        int own = List.of("device", "timestamp", "received", "epoch", "seq", "status", "trace")
                .size();
        return stored.size() == own + expected.values().size()
                && stored.path("device").asText().equals(name())
                && Instant.parse(stored.path("timestamp").asText()).equals(expected.time())
                && stored.path("status").asText().equals(expected.status())
                && expected.values().stream()
                        .allMatch(value -> value.hasText()
                                ? stored.path(value.getName()).asText().equals(value.getText())
                                : stored.path(value.getName()).asDouble() == value.getNumber());
    }

    @Override
    public void close() {
        pace.shutdownNow();
        device.close();
    }
}
