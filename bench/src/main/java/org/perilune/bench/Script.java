package org.perilune.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.perilune.contracts.Topology;

/** The {@code perilune} script of this checkout, as a person would call it. */
final class Script {
    private Script() {}

    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("perilune"))) {
                return folder;
            }
        }
        throw new BenchException("There is no perilune script in this folder or above; run ./perilune bench");
    }

    /** @return what it printed */
    static String call(String... arguments) {
        var command = new ArrayList<>(List.of(root().resolve("perilune").toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new BenchException("perilune " + String.join(" ", arguments) + " failed:\n" + said);
            }
            return said;
        } catch (IOException failure) {
            throw new BenchException("The perilune script cannot be run: " + failure.getMessage(), failure);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted", interruption);
        }
    }

    /** {@code up --detach} in a home, on ports of its own, so that nothing that runs is in the way. */
    static void up(Path home) {
        var arguments = new ArrayList<>(List.of("up", "--detach", "--home", home.toString()));
        for (Topology.Service service : Topology.SERVICES) {
            arguments.addAll(List.of("--set", service.name() + ".http.port=" + freePort()));
        }
        for (String store : List.of("postgres", "redis", "mqtt", "mongodb")) {
            arguments.addAll(List.of("--set", "pad." + store + ".port=" + freePort()));
        }
        call(arguments.toArray(String[]::new));
    }

    static void down(Path home) {
        call("down", "--home", home.toString());
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new BenchException("There is no free port", failure);
        }
    }
}
