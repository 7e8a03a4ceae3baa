package org.perilune.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the process, of PostgreSQL, of Redis, and of several at once, while devices go on: what a journal
 * took is stored once and unchanged. {@code -Dchaos.seed=} repeats a run as far as the machine allows,
 * {@code -Dchaos.kills=} asks for more kills.
 */
final class ChaosTest {
    private static final long SEED = Long.getLong("chaos.seed", new Random().nextInt(1_000_000));
    private static final int KILLS = Integer.getInteger("chaos.kills", 12);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int DEVICES = 4;

    private enum Victim {
        PROCESS,
        PROCESS_AND_STORES,
        POSTGRESQL,
        REDIS,
        BOTH_STORES
    }

    /** Of ten kills, so many of each; dear ones are rarer. */
    private static final List<Victim> TEN = List.of(
            Victim.PROCESS,
            Victim.PROCESS_AND_STORES,
            Victim.POSTGRESQL,
            Victim.POSTGRESQL,
            Victim.POSTGRESQL,
            Victim.REDIS,
            Victim.REDIS,
            Victim.REDIS,
            Victim.BOTH_STORES,
            Victim.BOTH_STORES);

    private final Random random = new Random(SEED);

    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS) // as many kills as wanted; every single wait has its own limit
    void everyFrameAJournalTookIsStoredOnceAndUnchangedWhateverIsKilled() throws Exception {
        System.out.println("Chaos [seed: " + SEED + ", kills: " + KILLS + "]");
        long began = System.nanoTime();
        try (var perilune = Perilune.in(folder.resolve("home"));
                var ground = new Ground(perilune)) {
            perilune.start();
            try (var fleet = Fleet.fly(perilune, DEVICES, SEED, folder.resolve("journals"))) {
                awaitStored(fleet, 1);
                for (Victim victim : victims()) {
                    kill(victim, perilune);
                    if (random.nextInt(5) == 0) {
                        fleet.devices().get(random.nextInt(DEVICES)).restart();
                    }
                    // At times the next one strikes while the last one's damage is being repaired.
                    if (random.nextInt(4) > 0) {
                        awaitStored(fleet, random.nextInt(1, 1_000));
                    }
                }
                awaitStored(fleet, 1);
                fleet.landAndCompare(ground, RECOVERY);
                System.out.println("Chaos survived [frames: " + fleet.taken() + ", seconds: "
                        + (System.nanoTime() - began) / 1_000_000_000 + "]");
            } catch (Throwable failure) {
                failure.addSuppressed(new AssertionError("The log's end:\n" + perilune.log(40)));
                throw failure;
            }
        } catch (Throwable failure) {
            throw new AssertionError(
                    failure + "; repeat it with -Dchaos.seed=" + SEED + " -Dchaos.kills=" + KILLS, failure);
        }
    }

    private List<Victim> victims() {
        var victims = new ArrayList<Victim>();
        while (victims.size() < KILLS) {
            victims.addAll(TEN);
        }
        List<Victim> all = victims.subList(0, KILLS);
        Collections.shuffle(all, random);
        return all;
    }

    private static void kill(Victim victim, Perilune perilune) throws IOException, InterruptedException {
        switch (victim) {
            case PROCESS -> {
                perilune.kill();
                perilune.start();
            }
            case PROCESS_AND_STORES -> {
                ProcessHandle postgres = awaitProcess(perilune::postgres);
                ProcessHandle redis = awaitProcess(perilune::redis);
                perilune.kill();
                postgres.destroyForcibly();
                redis.destroyForcibly();
                perilune.start();
            }
            case POSTGRESQL -> kill(awaitProcess(perilune::postgres));
            case REDIS -> kill(awaitProcess(perilune::redis));
            case BOTH_STORES -> {
                ProcessHandle postgres = awaitProcess(perilune::postgres);
                awaitProcess(perilune::redis).destroyForcibly();
                kill(postgres);
            }
        }
    }

    /** Returns when it is dead, so that the next kill is another's. */
    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        await("its death").atMost(RECOVERY).pollInterval(Duration.ofMillis(1)).until(() -> !process.isAlive());
    }

    private static ProcessHandle awaitProcess(Supplier<Optional<ProcessHandle>> process) {
        return await("a process to kill")
                .atMost(RECOVERY)
                .pollInterval(Duration.ofMillis(5))
                .until(process::get, Optional::isPresent)
                .orElseThrow();
    }

    /** Waits until so many frames more than now are known to be stored. */
    private static void awaitStored(Fleet fleet, int more) {
        long before = fleet.settled();
        await(more + " further frames to be stored")
                .atMost(RECOVERY)
                .pollInterval(Duration.ofMillis(3))
                .until(() -> fleet.settled() >= before + more);
    }
}
