package org.perilune.sdk.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalKillTest {
    private static final int KILLS = 5;

    @TempDir
    Path folder;

    @Test
    void aKilledDeviceKeepsEveryFrameItWasToldIsKept() throws Exception {
        long seed = Long.getLong("perilune.seed", System.nanoTime());
        System.out.println("JournalKillTest [perilune.seed: " + seed + "]");
        var random = new Random(seed);
        Set<Long> kept = new HashSet<>();
        long next = 1;
        for (int kill = 0; kill < KILLS; kill++) {
            int lines = 1 + random.nextInt(400);
            next = 1_000 + runAndKill(next, lines, kept);
        }

        try (var journal = Journal.open(folder, 64 * 1024 * 1024, Clock.systemUTC())) {
            var found = JournalFiles.readAll(journal, journal.cursor()).stream()
                    .map(read -> (long) read.frame().getValues(0).getNumber())
                    .toList();
            assertThat(found).doesNotHaveDuplicates();
            assertThat(kept.stream()
                            .filter(number -> !Set.copyOf(found).contains(number))
                            .collect(Collectors.toSet()))
                    .as("frames that were kept and are gone, seed %d", seed)
                    .isEmpty();
        }
        assertThat(kept).hasSizeGreaterThan(KILLS);
    }

    /** Kills after that many lines, in whatever the child is then doing. Returns the greatest number seen. */
    private long runAndKill(long next, int lines, Set<Long> kept) throws IOException, InterruptedException {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalKillMain.class.getName(),
                        folder.toString(),
                        Long.toString(next))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long greatest = next;
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            for (int line = 0; ; line++) {
                if (line == lines) {
                    // By its handle: Process.destroyForcibly would also close the output that is still to be read.
                    child.toHandle().destroyForcibly();
                }
                String text = output.readLine();
                if (text == null) {
                    break;
                }
                long number = Long.parseLong(text);
                kept.add(number);
                greatest = Math.max(greatest, number);
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        return greatest;
    }
}
