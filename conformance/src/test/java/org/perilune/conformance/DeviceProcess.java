package org.perilune.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.perilune.conformance.Perilune.Part;

/** A {@link CommandedDevice}, killed and started again at will; its folder stays. */
final class DeviceProcess implements AutoCloseable {
    private final String name;
    private final int port;
    private final Path folder;
    private @Nullable Process process;

    private DeviceProcess(String name, int port, Path folder) {
        this.name = name;
        this.port = port;
        this.folder = folder;
    }

    /** Enrols it and lets it fly. */
    static DeviceProcess fly(Perilune perilune, String name, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("key"), perilune.run("device", "add", name));
        var device = new DeviceProcess(name, perilune.port(Part.MQTT), folder);
        device.start();
        return device;
    }

    void start() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx96m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommandedDevice.class.getName(),
                        name,
                        Integer.toString(port),
                        folder.resolve("key").toString(),
                        folder.resolve("journal").toString(),
                        effectsFile().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("said.txt").toFile()))
                .start();
    }

    /** {@code kill -9}; returns when it is dead. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    private Path effectsFile() {
        return folder.resolve("effects");
    }

    /** How often each command took effect, by id. A torn last line took none that anybody could count on. */
    Map<String, Integer> effects() throws IOException {
        var effects = new TreeMap<String, Integer>();
        if (Files.exists(effectsFile())) {
            List<String> lines = Files.readAllLines(effectsFile());
            lines.forEach(id -> effects.merge(id, 1, Integer::sum));
        }
        return effects;
    }

    String said() throws IOException {
        return Files.readString(folder.resolve("said.txt"));
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
