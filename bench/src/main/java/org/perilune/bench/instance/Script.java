package org.perilune.bench.instance;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.perilune.bench.report.BenchException;
import org.perilune.contracts.Topology;

/** The {@code perilune} script of this checkout, as a person would call it. */
public final class Script {
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
    public static String call(String... arguments) {
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
    public static void up(Path home) {
        var keys = new ArrayList<String>();
        Topology.SERVICES.forEach(service -> keys.add(service.name() + ".http.port"));
        List.of("postgres", "redis", "mqtt", "mongodb", "amqp", "opensearch")
                .forEach(store -> keys.add("embedded." + store + ".port"));
        Iterator<Integer> ports = freePorts(keys.size()).iterator();
        var arguments = new ArrayList<>(List.of("up", "--detach", "--home", home.toString()));
        keys.forEach(key -> arguments.addAll(List.of("--set", key + "=" + ports.next())));
        call(arguments.toArray(String[]::new));
    }

    public static void down(Path home) {
        call("down", "--home", home.toString());
    }

    /** All held at once: else one could be given twice. */
    private static Set<Integer> freePorts(int count) {
        var ports = new HashSet<Integer>();
        var held = new ArrayList<ServerSocket>();
        try {
            while (ports.size() < count) {
                held.add(new ServerSocket(0));
                ports.add(held.getLast().getLocalPort());
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
            return ports;
        } catch (IOException failure) {
            throw new BenchException("There is no free port", failure);
        }
    }
}
