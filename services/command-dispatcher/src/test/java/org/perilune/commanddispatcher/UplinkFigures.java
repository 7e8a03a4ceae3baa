package org.perilune.commanddispatcher;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                    await().atMost(Duration.ofMinutes(3))
                            .pollInterval(Duration.ofMillis(100))
                            .until(
                                    () -> fixture.text("select count(*) from command where state = 'completed'"
                                            + " and device = '" + name + "'"),
                                    Integer.toString(COMMANDS)::equals);
                    double seconds = (System.nanoTime() - began) / 1e9;
                    System.out.printf(
                            "%d commands in %.2f s: %.0f a second; %d messages%n",
                            COMMANDS, seconds, COMMANDS / seconds, device.received.size());
                }
            }
        }
    }
}
