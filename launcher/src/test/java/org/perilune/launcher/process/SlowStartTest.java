package org.perilune.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.launcher.home.Progress;

final class SlowStartTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Progress progress = new Progress(new PrintStream(said, true, StandardCharsets.UTF_8));

    @Test
    void namesWhatHasNotStartedAndWritesWhereItWaits(@TempDir Path folder) throws InterruptedException {
        var never = new CountDownLatch(1);
        Thread waiting = Thread.ofPlatform().name("start-crew").start(() -> awaitQuietly(never));
        Path dump = folder.resolve("threads.txt");
        try (var slow = new SlowStart(List.of("crew", "query"), dump, Duration.ofMillis(100), progress)) {
            slow.started("query");
            await().untilAsserted(() -> assertThat(text()).contains("Still starting: crew (", dump.toString()));
            assertThat(dump).content().contains("\"start-crew\"", "awaitQuietly");
            slow.started("crew");
        } finally {
            never.countDown();
            waiting.join();
        }
    }

    @Test
    void saysSoWhereNothingCanBeWritten(@TempDir Path folder) {
        try (var slow = new SlowStart(
                List.of("crew"), folder.resolve("missing/threads.txt"), Duration.ofMillis(100), progress)) {
            await().untilAsserted(() -> assertThat(text()).contains("Still starting: crew" + System.lineSeparator()));
            slow.started("crew");
        }
    }

    private String text() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
