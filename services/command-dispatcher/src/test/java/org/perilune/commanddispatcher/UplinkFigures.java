package org.perilune.commanddispatcher;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.commanddispatcher.uplink.UplinkFixture;

/** How many commands a second go through their whole life, once they are taken; by hand: {@code -Dtest=UplinkFigures}. */
class UplinkFigures {
    private static final int COMMANDS = Integer.getInteger("commands", 10_000);
    private static final int ROUNDS = 4;

    @Test
    void wholeLives(@TempDir Path home) throws Exception {
        try (var fixture = new UplinkFixture(home);
                var copy = fixture.copy()) {
            for (int round = 0; round < ROUNDS; round++) {
                String name = "fast-" + round;
                fixture.insert(name, Duration.ofMinutes(10), COMMANDS, null);
                long began = System.nanoTime();
                try (var device = fixture.device(name, FakeDevice::obedient)) {
                    copy.uplink().wake();
                    fixture.awaitAllCompleted(name, COMMANDS);
                    double seconds = (System.nanoTime() - began) / 1e9;
                    System.out.printf(
                            "%d commands in %.2f s: %.0f a second; %d messages%n",
                            COMMANDS, seconds, COMMANDS / seconds, device.received.size());
                }
            }
        }
    }
}
