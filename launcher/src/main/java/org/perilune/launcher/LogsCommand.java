package org.perilune.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "logs", description = "Shows the log, of everything or of one service.")
final class LogsCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 200;

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "Such as telemetry; also embedded, launcher, and perilune for what nobody owns")
    @Nullable
    private String service;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is logged from now on")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "The last N lines; default ${DEFAULT-VALUE}")
    private int lines = 100;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Home home = where.home();
        if (!Files.exists(home.log())) {
            throw new LauncherException("There is no log in " + home.logs() + "; was Perilune started with this home?");
        }
        long position = last(home);
        while (follow) {
            Thread.sleep(POLL_MILLIS);
            if (Files.exists(home.log()) && Files.size(home.log()) < position) {
                position = 0;
            }
            position = print(home, position);
        }
        return 0;
    }

    private long last(Home home) throws IOException {
        var tail = new ArrayDeque<String>();
        long length = 0;
        try (var reader = Files.newBufferedReader(home.log())) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                length += line.getBytes(StandardCharsets.UTF_8).length + 1L;
                render(line).ifPresent(tail::add);
                if (tail.size() > lines) {
                    tail.removeFirst();
                }
            }
        }
        tail.forEach(System.out::println);
        return length;
    }

    private long print(Home home, long from) throws IOException {
        try (var file = new RandomAccessFile(home.log().toFile(), "r")) {
            file.seek(from);
            var bytes = new byte[(int) Math.min(1 << 20, file.length() - from)];
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            int complete = text.lastIndexOf('\n') + 1;
            text.substring(0, complete).lines().forEach(line -> render(line).ifPresent(System.out::println));
            return from + text.substring(0, complete).getBytes(StandardCharsets.UTF_8).length;
        }
    }

    private Optional<String> render(String line) {
        try {
            JsonNode event = Json.mapper().readTree(line);
            String of = event.path("service").asText();
            if (service != null && !service.equals(of)) {
                return Optional.empty();
            }
            String trace = event.path("exception").asText();
            return Optional.of("%s %-5s %-12s %s%s"
                    .formatted(
                            event.path("time").asText(),
                            event.path("level").asText(),
                            of,
                            event.path("message").asText(),
                            trace.isEmpty() ? "" : "\n" + trace.stripTrailing()));
        } catch (IOException notJson) {
            return Optional.of(line);
        }
    }
}
