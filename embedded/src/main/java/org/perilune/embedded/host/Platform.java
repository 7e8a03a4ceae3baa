package org.perilune.embedded.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What differs between the machines this runs on: names of binaries, and how a process is set apart from ours. */
public final class Platform {
    private final boolean mac;
    private final boolean arm;
    private final List<String> apart;
    private final List<String> unprivileged;

    private Platform(boolean mac, boolean arm, List<String> apart, List<String> unprivileged) {
        this.mac = mac;
        this.arm = arm;
        this.apart = apart;
        this.unprivileged = unprivileged;
    }

    /** @throws BackendsException where there are no binaries for this machine, or no way to run them */
    public static Platform here() throws IOException {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        boolean mac = system.contains("mac");
        boolean arm = processor.equals("aarch64") || processor.equals("arm64");
        boolean known = mac ? arm : system.contains("linux") && (arm || processor.equals("amd64"));
        if (!known) {
            throw new BackendsException("The launch pad has no servers for " + system + " on " + processor
                    + "; it runs on Linux (amd64, arm64) and macOS (arm64)");
        }
        return new Platform(mac, arm, apart(), unprivileged());
    }

    String postgresArchive() {
        if (mac) {
            return "postgres-darwin-arm_64.txz";
        }
        return arm ? "postgres-linux-arm_64.txz" : "postgres-linux-x86_64.txz";
    }

    String redisBinary() {
        return "redis-server-7.0.15-" + (mac ? "darwin" : "linux") + (arm ? "-arm64" : "-amd64");
    }

    /** Puts a command into a session of its own, so that a terminal's Ctrl C reaches us and not it. Keeps the pid. */
    public List<String> apart(List<String> command) {
        return join(apart, command);
    }

    /** The same for PostgreSQL, which does not run as root. Keeps the pid. */
    public List<String> unprivileged(List<String> command) {
        return join(unprivileged, command);
    }

    private static List<String> join(List<String> first, List<String> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static List<String> apart() {
        if (onPath("setsid")) {
            return List.of("setsid");
        }
        // macOS has no setsid, but it has Perl.
        return onPath("perl") ? List.of("perl", "-e", "setpgrp(0,0); exec @ARGV") : List.of();
    }

    private static List<String> unprivileged() throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        // In a user namespace of its own a process of root's is nobody, yet still owns root's files: wherever the home
        // is, even below /root, PostgreSQL can read it, and it has no privilege left.
        var inNamespace = List.of("unshare", "--user");
        if (!onPath("unshare") || !succeeds(join(inNamespace, List.of("true")))) {
            throw new BackendsException("PostgreSQL does not run as root, and this machine does not allow root a user"
                    + " namespace to shed its rights in; start Perilune as an ordinary user");
        }
        return inNamespace;
    }

    private static boolean succeeds(List<String> command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        for (String folder : path.split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
