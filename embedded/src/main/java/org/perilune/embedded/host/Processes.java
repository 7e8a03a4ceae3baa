package org.perilune.embedded.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What we ask of the operating system about processes. */
public final class Processes {
    private static final long LARGEST_LOG_BYTES = 10L << 20;

    private Processes() {}

    /** A command without our environment, which may hold secrets; its output is appended to a log. */
    public static ProcessBuilder command(List<String> command, Path folder, Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG_BYTES) {
            Files.delete(log);
        }
        if (!Files.exists(log)) {
            Folders.writePrivate(log, "");
        }
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path, "LC_ALL", "C", "TZ", "UTC"));
        return builder;
    }

    /** Runs to the end. */
    public static void run(ProcessBuilder command, String what, Path log) throws IOException, InterruptedException {
        Process process = command.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new BackendsException(what + " took longer than a minute");
        }
        if (process.exitValue() != 0) {
            throw new BackendsException(what + " failed: " + lastWords(log));
        }
    }

    /** Sends a signal that Java has no method for. */
    public static void signal(String signal, long pid) throws IOException {
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Whether a living process was started with this word in its command: a recycled pid was not. */
    public static boolean startedWith(long pid, Path argument) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(handle -> handle.info().commandLine().orElse(""))
                .filter(command -> command.contains(argument.toString()))
                .isPresent();
    }

    public static String lastWords(Path log) {
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
        } catch (IOException | RuntimeException unreadable) {
            return "";
        }
    }

    /** Of a process and those it started, shared memory counted once; -1 where that cannot be known. */
    static long residentBytes(long pid) {
        var root = ProcessHandle.of(pid);
        if (root.isEmpty()) {
            return -1;
        }
        try (Stream<ProcessHandle> family =
                Stream.concat(Stream.of(root.get()), root.get().descendants())) {
            long[] sizes =
                    family.mapToLong(member -> proportionalBytes(member.pid())).toArray();
            long total = 0;
            for (long size : sizes) {
                total += Math.max(0, size);
            }
            return sizes[0] < 0 ? -1 : total;
        }
    }

    private static long proportionalBytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | RuntimeException unreadable) {
            return -1;
        }
    }
}
