package org.perilune.chassis.server;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.settings.SettingsFile;

/** The command line of a service that has a program of its own, as in a container. */
public final class Main {
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final String TRAIN = "--train";

    private Main() {}

    /**
     * Runs the service until the process is told to end; ends the process.
     *
     * @param files of settings, the last one wins; the environment ({@code PERILUNE_POSTS__HTTP__PORT}) wins over all.
     *     After {@code --train} the service only starts and ends, see {@link Training}
     */
    public static void run(ServiceDefinition<?> definition, String... files) {
        Carriers.provide();
        try {
            if (files.length > 0 && files[0].equals(TRAIN)) {
                Training.run(definition, settings(Map.of(), Arrays.copyOfRange(files, 1, files.length)));
                System.exit(0);
            }
            ServiceProcess.run(definition, settings(System.getenv(), files));
        } catch (InvalidSettings invalid) {
            System.err.println(invalid.getMessage());
            System.exit(WRONG_USE);
        } catch (Exception failure) {
            System.err.println(definition.name() + " cannot run: " + failure);
            System.exit(FAILED);
        }
    }

    static Map<String, String> settings(Map<String, String> environment, String... files) {
        var settings = new HashMap<String, String>();
        for (String file : files) {
            settings.putAll(SettingsFile.read(Path.of(file)));
        }
        settings.putAll(Settings.ofEnvironment(environment));
        return settings;
    }
}
