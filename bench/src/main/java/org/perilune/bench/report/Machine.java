package org.perilune.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What a figure was measured on. */
final class Machine {
    private Machine() {}

    static String describe() {
        return "%s, %d cores, %s; %s %s; JDK %s"
                .formatted(
                        value("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
                        Runtime.getRuntime().availableProcessors(),
                        memory(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        Runtime.version());
    }

    private static String memory() {
        String kibibytes = value("/proc/meminfo", "MemTotal", "").replace(" kB", "");
        if (kibibytes.isEmpty()) {
            return "memory unknown";
        }
        return String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(kibibytes) / 1048576.0);
    }

    /** The first value of a key in a file of {@code key : value} lines; where there is no such file, the other. */
    private static String value(String file, String key, String other) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(other);
        } catch (IOException notLinux) {
            return other;
        }
    }
}
