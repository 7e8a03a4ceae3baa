package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.perilune.conformance.Perilune.Part;
import org.perilune.sdk.DeviceKey;

/** Devices that fly in this JVM, some reporting one by one, some in bursts. */
final class Fleet implements AutoCloseable {
    private static final int SHOWN = 10;

    private final List<FlyingDevice> devices = new ArrayList<>();

    private Fleet() {}

    /** Enrols them at a running Perilune and lets them fly. */
    static Fleet fly(Perilune perilune, int size, long seed, Path journals) throws IOException, InterruptedException {
        return fly(perilune, perilune.port(Part.MQTT), size, seed, journals);
    }

    /** The same by another broker. */
    static Fleet fly(Perilune perilune, int port, int size, long seed, Path journals)
            throws IOException, InterruptedException {
        var fleet = new Fleet();
        for (int i = 0; i < size; i++) {
            boolean bursts = i % 2 == 1;
            fleet.add(perilune, port, i, seed + i, bursts ? 100 : 1, Duration.ofMillis(bursts ? 200 : 10), journals);
        }
        return fleet;
    }

    /** All of one pace. */
    static Fleet fly(Perilune perilune, int size, int perTick, Duration tick, Path journals)
            throws IOException, InterruptedException {
        var fleet = new Fleet();
        for (int i = 0; i < size; i++) {
            fleet.add(perilune, perilune.port(Part.MQTT), i, i, perTick, tick, journals);
        }
        return fleet;
    }

    private void add(Perilune perilune, int port, int number, long seed, int perTick, Duration tick, Path journals)
            throws IOException, InterruptedException {
        String name = "flyer-" + number;
        DeviceKey key = DeviceKey.of(perilune.run("device", "add", name));
        devices.add(FlyingDevice.fly(key, name, port, journals.resolve(name), seed, perTick, tick));
    }

    List<FlyingDevice> devices() {
        return devices;
    }

    /** Frames that devices know to be stored. */
    long settled() {
        return devices.stream().mapToLong(FlyingDevice::settled).sum();
    }

    long taken() {
        return devices.stream().mapToLong(FlyingDevice::taken).sum();
    }

    /** Lands all, waits until everything is said to be stored, and compares that with what is there. */
    void landAndCompare(Ground ground, Duration within) throws IOException, InterruptedException {
        for (FlyingDevice device : devices) {
            device.land();
        }
        for (FlyingDevice device : devices) {
            assertThat(device.awaitStored(within))
                    .as("%s waits for its watermark: %s", device.name(), device.status())
                    .isTrue();
        }
        for (FlyingDevice device : devices) {
            assertThat(device.differences(ground.readings(device.name())).stream()
                            .limit(SHOWN))
                    .as("differences of %s, of which the journal took %d", device.name(), device.taken())
                    .isEmpty();
            assertThat(device.taken()).isPositive();
        }
    }

    @Override
    public void close() {
        devices.forEach(FlyingDevice::close);
    }
}
