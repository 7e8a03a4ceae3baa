package org.perilune.sdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.perilune.sdk.wire.Acks;

/** Executes commands until it is killed, and says how each ended. Run by {@link CommandKillTest}. */
final class CommandKillMain {
    private static final int MOST_WAITING = 50;

    private CommandKillMain() {}

    /** Arguments: folder, number of the first command, seed. */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        var random = new Random(Long.parseLong(arguments[2]));
        var receiver = receiver(folder);
        receiver.acknowledgeAgain();
        receiver.start();
        for (int number = Integer.parseInt(arguments[1]); ; ) {
            var ack = receiver.outbox().take();
            if (ack != null && Acks.isFinal(ack.getStage())) {
                System.out.println(ack.getId() + " " + ack.getStage());
                if (random.nextInt(3) > 0) {
                    receiver.acknowledged(ack);
                }
            }
            if (receiver.status().waiting() < MOST_WAITING) {
                send(receiver, number);
                // What came before comes again, perhaps of an earlier start.
                send(receiver, Math.max(0, number - random.nextInt(1_500)));
                number++;
            }
        }
    }

    static CommandReceiver receiver(Path folder) {
        var config = DeviceConfig.of("killed", DeviceKey.of("none"), "127.0.0.1", 1, folder);
        var random = new Random();
        CommandHandler handler = command -> {
            linger(random);
            note(folder, command.id());
            linger(random);
            return CommandOutcome.completed();
        };
        return new CommandReceiver(config, handler, new CommandListener() {}, Clock.systemUTC());
    }

    private static void linger(Random random) {
        long until = System.nanoTime() + random.nextInt(200_000);
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    private static void note(Path folder, String id) {
        try {
            Files.writeString(effects(folder), id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Path effects(Path folder) {
        return folder.resolve("effects");
    }

    private static void send(CommandReceiver receiver, int number) {
        boolean repeatable = number % 5 == 0;
        var command = Commands.expiring((repeatable ? "again-" : "once-") + number, "ACT", Duration.ofHours(1))
                .setRepeatable(repeatable)
                .build();
        receiver.take(command.toByteArray(), OptionalLong.empty());
    }
}
