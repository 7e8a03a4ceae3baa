package org.perilune.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.v1.Stage;
import org.perilune.sdk.commandlog.CommandEntry;
import org.perilune.sdk.commandlog.CommandLog;

class CommandKillTest {
    private static final int KILLS = 20;

    @TempDir
    Path folder;

    private final Map<String, Stage> told = new HashMap<>();

    @Test
    void aKilledDeviceDoesNothingTwiceAndKnowsTheEndOfEachCommand() throws Exception {
        long seed = Long.getLong("perilune.seed", System.nanoTime());
        System.out.println("CommandKillTest [perilune.seed: " + seed + "]");
        var random = new Random(seed);
        int next = 1;
        for (int kill = 0; kill < KILLS; kill++) {
            next = 1_000 + runAndKill(next, 1 + random.nextInt(300), random.nextLong());
        }
        try (var receiver = CommandKillMain.receiver(folder)) {
            receiver.start();
            await().until(() -> receiver.status().waiting() == 0);
        }
        check();
    }

    private void check() throws IOException {
        Set<String> effects = new HashSet<>();
        for (String id : Files.readAllLines(CommandKillMain.effects(folder))) {
            assertThat(effects.add(id) || id.startsWith("again-"))
                    .as("%s took effect once", id)
                    .isTrue();
        }
        int unknown = 0;
        try (var log = CommandLog.open(folder, Long.MAX_VALUE / 2, Clock.systemUTC())) {
            assertThat(log.unsettled()).allMatch(CommandEntry::ended);
            for (var each : told.entrySet()) {
                var entry = log.find(each.getKey()).orElseThrow();
                assertThat(entry.ack().getStage())
                        .as("the end of %s", each.getKey())
                        .isEqualTo(each.getValue());
            }
            var ids = new HashSet<>(effects);
            ids.addAll(told.keySet());
            log.unsettled().forEach(entry -> ids.add(entry.ack().getId()));
            for (String id : ids) {
                Stage stage = log.find(id).orElseThrow().ack().getStage();
                if (stage == Stage.STAGE_UNKNOWN) {
                    assertThat(id).startsWith("once-");
                    unknown++;
                    continue;
                }
                assertThat(stage).as("the end of %s", id).isEqualTo(Stage.STAGE_COMPLETED);
                assertThat(effects).as("%s took effect", id).contains(id);
            }
        }
        System.out.println("CommandKillTest [effects: " + effects.size() + ", unknown: " + unknown + "]");
        assertThat(effects).hasSizeGreaterThan(KILLS);
        // One command is executed at a time.
        assertThat(unknown).isLessThanOrEqualTo(KILLS);
    }

    /** Kills after that many lines, in whatever the child is then doing. Returns the greatest number seen. */
    private int runAndKill(int next, int lines, long seed) throws IOException, InterruptedException {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommandKillMain.class.getName(),
                        folder.toString(),
                        Integer.toString(next),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int greatest = next;
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
                String[] words = text.split(" ", -1);
                if (words.length == 2 && words[1].startsWith("STAGE_")) {
                    Stage stage = Stage.valueOf(words[1]);
                    Stage before = told.putIfAbsent(words[0], stage);
                    assertThat(before == null ? stage : before)
                            .as("the end of %s", words[0])
                            .isEqualTo(stage);
                    greatest = Math.max(greatest, Integer.parseInt(words[0].split("-", -1)[1]));
                }
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
        return greatest;
    }
}
