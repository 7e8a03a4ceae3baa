package org.perilune.chassis.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Settings as {@code key=value} lines, in UTF-8. */
public final class SettingsFile {
    private SettingsFile() {}

    /** @throws InvalidSettings if the file cannot be read, or is none of settings */
    public static Map<String, String> read(Path path) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException failure) {
            throw new InvalidSettings(List.of("the settings in " + path + " cannot be read: " + failure));
        }
        var settings = new HashMap<String, String>();
        for (String key : properties.stringPropertyNames()) {
            settings.put(key, properties.getProperty(key).strip());
        }
        return settings;
    }
}
