package org.perilune.launcher.home;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.settings.SettingsFile;

/** What the user set: the home's file, then {@code --config}, the environment, {@code --set}; the last one wins. */
public final class UserSettings {
    private static final Set<String> SECRET_ENDINGS = Set.of("password", "secret", "key");

    private UserSettings() {}

    static Map<String, String> read(
            Path homeFile, Optional<Path> config, Map<String, String> environment, List<String> assignments) {
        var settings = new HashMap<String, String>();
        if (Files.exists(homeFile)) {
            settings.putAll(SettingsFile.read(homeFile));
        }
        config.ifPresent(path -> settings.putAll(SettingsFile.read(path)));
        settings.putAll(Settings.ofEnvironment(environment));
        assignments.forEach(assignment -> assign(settings, assignment));
        return settings;
    }

    /** A secret given by value takes the place of the file that would be read otherwise. */
    public static void put(Map<String, String> settings, Map<String, String> user) {
        user.keySet().forEach(key -> settings.remove(key + "-file"));
        settings.putAll(user);
    }

    private static void assign(Map<String, String> settings, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new LauncherException(
                    "--set wants key=value, such as --set console.http.port=3001; not '" + assignment + "'");
        }
        String key = assignment.substring(0, equals).strip();
        if (SECRET_ENDINGS.contains(key.substring(key.lastIndexOf('.') + 1))) {
            throw new LauncherException("Other users of this machine can see a command's arguments; set " + key
                    + "-file to a file that holds the secret instead");
        }
        settings.put(key, assignment.substring(equals + 1).strip());
    }
}
