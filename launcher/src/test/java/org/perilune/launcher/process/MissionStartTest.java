package org.perilune.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.launcher.TrainCommand;
import org.perilune.launcher.home.Home;

/** Where the mission's clock begins. */
final class MissionStartTest {
    private static final String KEY = "console.mission.start";

    @TempDir
    private Path folder;

    @Test
    void staysWhereItWasWhenTheHomeIsStartedAgain() throws IOException {
        var home = new Home(folder);
        assertThat(home.missionStart()).isEmpty();
        home.make();
        assertThat(home.missionStart()).isPresent();
        Files.writeString(folder.resolve("first-start"), "2026-11-21T02:38:00Z\n");
        home.make();
        assertThat(plan(home, Map.of()).complete(Map.of())).containsEntry(KEY, "2026-11-21T02:38:00Z");
    }

    @Test
    void isWhatTheUserSays() {
        var home = new Home(folder);
        home.make();
        var told = plan(home, Map.of(KEY, "2030-01-01T00:00:00Z")).complete(Map.of());
        assertThat(told).containsEntry(KEY, "2030-01-01T00:00:00Z");
    }

    private static LaunchPlan plan(Home home, Map<String, String> user) {
        var settings = new HashMap<>(TrainCommand.freePorts());
        settings.putAll(user);
        return LaunchPlan.read(home, settings);
    }
}
