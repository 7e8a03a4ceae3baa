package org.perilune.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "dead-letters",
        description = "Events that a service could not handle: shows them, sends them again, dismisses them.",
        subcommands = {DeadLettersCommand.Show.class, DeadLettersCommand.Redrive.class, DeadLettersCommand.Dismiss.class
        })
final class DeadLettersCommand {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int PAGE = 100;
    /** What event-bus sends again at most when it is asked for all. */
    private static final int AT_ONCE = 1_000;

    private DeadLettersCommand() {}

    /** One call to the event-bus of a running instance, and its answer. */
    @FunctionalInterface
    private interface Call {
        JsonNode with(ServiceClient bus, Optional<String> token);
    }

    private static JsonNode ask(Home home, Call call) {
        int port = StateFile.require(home).port(Topology.EVENT_BUS.name());
        try (var bus =
                ServiceClient.open(Topology.EVENT_BUS.name(), URI.create("http://127.0.0.1:" + port), DEADLINE)) {
            return call.with(bus, Optional.of(Tokens.of(home, Role.OPERATOR.wireName())));
        }
    }

    private static JsonNode post(Home home, String path, Map<String, String> body) {
        return ask(home, (bus, token) -> bus.post(path, token, body, JsonNode.class));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Command(
            name = "list",
            description = {
                "Prints the open ones, newest first.",
                "Separated by tabs: id, when it came, queue, tries, the event's id, the reason."
            })
    static final class Show implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Option(names = "--queue", paramLabel = "QUEUE", description = "Of this queue only, such as query.events")
        @Nullable
        private String queue;

        @Option(names = "--all", description = "Also those that were sent again or dismissed")
        private boolean all;

        @Override
        public Integer call() {
            String state = all ? "all" : "open";
            String of = queue == null ? "" : "&queue=" + encoded(queue);
            String after = "";
            do {
                String path = "/dead-letters?state=" + state + "&limit=" + PAGE + of + after;
                JsonNode page = ask(where.home(), (bus, token) -> bus.get(path, token, JsonNode.class));
                page.path("dead_letters").forEach(Show::print);
                after = page.path("next").isNull()
                        ? ""
                        : "&cursor=" + page.path("next").asText();
            } while (!after.isEmpty());
            return 0;
        }

        private static void print(JsonNode letter) {
            System.out.println(Stream.of("id", "arrived_at", "queue", "tries", "message_id", "reason")
                    .map(field -> letter.path(field).asText())
                    .collect(Collectors.joining("\t")));
        }
    }

    @Command(
            name = "redrive",
            description = "Sends one again to its queue, or all open ones of a queue, 1,000 at once.")
    static final class Redrive implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Option(names = "--queue", paramLabel = "QUEUE", description = "All of this queue, the oldest first")
        @Nullable
        private String queue;

        @Parameters(paramLabel = "ID", arity = "0..1", description = "As in dead-letters list")
        @Nullable
        private String id;

        @Override
        public Integer call() {
            if ((queue == null) == (id == null)) {
                throw new LauncherException("Say which: either an id of ./perilune dead-letters list, or --queue");
            }
            if (id != null) {
                post(where.home(), "/dead-letters/" + encoded(id) + "/redrive", Map.of());
                System.out.println("Sent again to its queue");
                return 0;
            }
            all(queue == null ? "" : queue);
            return 0;
        }

        private void all(String of) {
            int sent = post(where.home(), "/dead-letters/redrive", Map.of("queue", of))
                    .path("redriven")
                    .asInt();
            // No loop: what cannot be handled comes back at once, and would be sent for ever.
            System.out.printf("%,d sent again to %s%s%n", sent, of, sent < AT_ONCE ? "" : "; ask again for the rest");
        }
    }

    @Command(
            name = "dismiss",
            description = "Closes one that nobody is to handle; it is kept, and can still be sent again.")
    static final class Dismiss implements Callable<Integer> {
        @Mixin
        private HomeOption where = new HomeOption();

        @Parameters(paramLabel = "ID", description = "As in dead-letters list")
        private String id = "";

        @Override
        public Integer call() {
            post(where.home(), "/dead-letters/" + encoded(id) + "/dismiss", Map.of());
            System.out.println("Dismissed");
            return 0;
        }
    }
}
