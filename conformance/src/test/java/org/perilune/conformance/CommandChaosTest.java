package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands to a device while dispatcher and broker (one process), the device and PostgreSQL are killed, one of them
 * about every three seconds: none takes effect twice, none is lost, each comes to its end. {@code -Dcommands.count=}
 * asks for more commands, {@code -Dcommands.seed=} repeats a run as far as the machine allows.
 */
final class CommandChaosTest {
    private static final long SEED = Long.getLong("commands.seed", new Random().nextInt(1_000_000));
    private static final int COUNT = Integer.getInteger("commands.count", 250);
    private static final int PER_SECOND = Integer.getInteger("commands.rate", 60);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(3);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int EXPIRES_SECONDS = 600;
    private static final String DEVICE = "counter-1";

    private static final String DICTIONARY = """
            {"commands":[{"name":"COUNT","title":"Count","description":"Leaves a line.","significance":"normal",
              "repeatable":false,"expires_in":600,"arguments":[{"name":"ordinal","type":"integer","required":true}]}]}
            """;

    private final Random random = new Random(SEED);

    @TempDir
    private Path folder = Path.of("");

    private enum Victim {
        PROCESS,
        DEVICE,
        POSTGRESQL
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as many commands as wanted; every single wait has its own limit
    void noCommandTakesEffectTwiceAndNoneIsLostWhateverIsKilled() throws Exception {
        System.out.println("Command chaos [seed: " + SEED + ", commands: " + COUNT + "]");
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Commander(perilune)) {
            perilune.start();
            ground.put("/dictionary/" + CommandedDevice.TYPE, DICTIONARY);
            try (var device = DeviceProcess.fly(perilune, DEVICE, folder.resolve("device"))) {
                ground.awaitDevice(DEVICE, RECOVERY);
                Map<String, String> ids = dispatchUnderFire(perilune, device, ground);
                Map<String, JsonNode> ended = awaitEnds(ground);
                compare(ids, ended, device.effects());
            } catch (Throwable failure) {
                failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                throw failure;
            }
        } catch (Throwable failure) {
            throw new AssertionError(
                    failure + "; repeat it with -Dcommands.seed=" + SEED + " -Dcommands.count=" + COUNT, failure);
        }
    }

    /** @return the commands' ids by the keys that they were asked for with */
    private Map<String, String> dispatchUnderFire(Perilune perilune, DeviceProcess device, Commander ground)
            throws Exception {
        var done = new CountDownLatch(1);
        var kills = CompletableFuture.supplyAsync(() -> killUntil(done, perilune, device));
        var ids = new HashMap<String, String>();
        try {
            long began = System.nanoTime();
            for (int ordinal = 0; ordinal < COUNT && !kills.isCompletedExceptionally(); ordinal++) {
                ids.put("key-" + ordinal, ground.dispatch(DEVICE, "key-" + ordinal, ordinal, EXPIRES_SECONDS));
                long ahead = ordinal * 1_000_000_000L / PER_SECOND - (System.nanoTime() - began);
                if (ahead > 0 && done.await(ahead, TimeUnit.NANOSECONDS)) {
                    throw new IllegalStateException("Nobody else ends it");
                }
            }
        } finally {
            done.countDown();
        }
        System.out.println("Command chaos [kills: " + kills.get(2, TimeUnit.MINUTES) + "]");
        return ids;
    }

    private int killUntil(CountDownLatch done, Perilune perilune, DeviceProcess device) {
        int kills = 0;
        try {
            while (!done.await(BETWEEN_KILLS.toMillis(), TimeUnit.MILLISECONDS)) {
                kill(Victim.values()[random.nextInt(Victim.values().length)], perilune, device);
                kills++;
            }
            return kills;
        } catch (Exception failure) {
            throw new IllegalStateException("The killing could not go on", failure);
        }
    }

    private static void kill(Victim victim, Perilune perilune, DeviceProcess device) throws Exception {
        switch (victim) {
            case PROCESS -> {
                perilune.kill();
                perilune.start();
            }
            case DEVICE -> {
                device.kill();
                device.start();
            }
            case POSTGRESQL -> perilune.postgres().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static Map<String, JsonNode> awaitEnds(Commander ground) throws Exception {
        await("every command to come to its end")
                .atMost(Duration.ofSeconds(EXPIRES_SECONDS + 60))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> ground.open(DEVICE) == 0);
        return ground.commands(DEVICE);
    }

    private static void compare(Map<String, String> ids, Map<String, JsonNode> ended, Map<String, Integer> effects) {
        assertThat(new HashSet<>(ids.values())).as("commands, one for each key").hasSize(COUNT);
        assertThat(ended.keySet()).as("commands that exist").isEqualTo(new HashSet<>(ids.values()));
        assertThat(effects.values()).as("effects of a command").allMatch(count -> count == 1);
        assertThat(ended.keySet()).as("commands that took effect").containsAll(effects.keySet());
        var states = new HashMap<String, Integer>();
        ended.forEach((id, command) -> {
            String state = command.path("state").asText();
            states.merge(state, 1, Integer::sum);
            assertThat(command.path("final").asBoolean()).as("%s", command).isTrue();
            switch (state) {
                case "completed" -> assertThat(effects).as("%s", command).containsKey(id);
                case "unknown" -> assertThat(command.path("detail").asText()).isNotEmpty();
                default -> assertThat(effects).as("%s", command).doesNotContainKey(id);
            }
        });
        System.out.println("Command chaos [states: " + states + ", effects: " + effects.size() + "]");
        assertThat(states.getOrDefault("unknown", 0))
                .as("commands of unknown outcome")
                .isLessThan(COUNT / 100);
        assertThat(states.getOrDefault("completed", 0)).isGreaterThan(COUNT * 9 / 10);
    }
}
