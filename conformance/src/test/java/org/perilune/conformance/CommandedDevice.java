package org.perilune.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.perilune.sdk.CommandOutcome;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.DeviceKey;

/**
 * A device in a process of its own, so that it can be killed: every command that takes effect leaves a line with its
 * id in a file, on the disk before the command counts as done.
 */
final class CommandedDevice {
    static final String TYPE = "counter";
    static final String COMMAND = "COUNT";

    private CommandedDevice() {}

    /** Arguments: name, port of the broker, file with the key, folder of the journal, file of effects. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Path journal = Path.of(arguments[3]);
        Files.createDirectories(journal);
        var config = DeviceConfig.of(
                        arguments[0],
                        DeviceKey.of(Files.readString(Path.of(arguments[2])).strip()),
                        "127.0.0.1",
                        Integer.parseInt(arguments[1]),
                        journal)
                .withBackoff(Duration.ofMillis(50), Duration.ofMillis(500));
        var description = new DeviceDescription(TYPE, Duration.ofHours(1), List.of(), null);
        try (var effects =
                        FileChannel.open(Path.of(arguments[4]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                var device = Device.open(config, description, Clock.systemUTC(), command -> {
                    leave(effects, command.id());
                    return CommandOutcome.completed();
                })) {
            System.out.println("flying " + device.status().epoch());
            new CountDownLatch(1).await();
        }
    }

    private static void leave(FileChannel effects, String id) {
        try {
            effects.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.UTF_8)));
            effects.force(false);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
