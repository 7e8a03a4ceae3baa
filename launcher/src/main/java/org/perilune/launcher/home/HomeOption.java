package org.perilune.launcher.home;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which instance a command is about. */
public final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Where data lives; else PERILUNE_HOME, else ~/.perilune")
    @Nullable
    Path folder;

    public Home home() {
        if (folder != null) {
            return new Home(folder);
        }
        String variable = System.getenv("PERILUNE_HOME");
        if (variable != null && !variable.isBlank()) {
            return new Home(Path.of(variable));
        }
        return new Home(Path.of(System.getProperty("user.home"), ".perilune"));
    }

    /** Home and settings, for commands that read them. */
    public static final class WithSettings {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "Settings, as key=value lines; they win over those of the home's perilune.properties")
        @Nullable
        public Path config;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "One setting; wins over files and the environment; may be repeated. Not for secrets")
        public List<String> assignments = List.of();

        public Map<String, String> user(Home home) {
            return UserSettings.read(home.settings(), Optional.ofNullable(config), System.getenv(), assignments);
        }
    }
}
