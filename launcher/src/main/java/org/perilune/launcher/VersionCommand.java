package org.perilune.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Prints the versions of Perilune and of the Java it runs on.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.println("perilune " + version() + " (Java " + Runtime.version() + ")");
        return 0;
    }

    static String version() {
        var properties = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("The version cannot be read", failure);
        }
        return properties.getProperty("version", "unknown");
    }
}
