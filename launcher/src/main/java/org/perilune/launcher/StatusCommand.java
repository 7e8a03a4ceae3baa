package org.perilune.launcher;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.embedded.host.ServerState;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.StateFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = {
            "Shows every service and backing store with state, port, memory and uptime.",
            "Ends with 0 when all are up, else with 1."
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final String ROW = "%-18s %-9s %6s %9s %9s  %s%n";

    @Mixin
    private HomeOption where = new HomeOption();

    private record Row(String name, String state, int port, String detail) {}

    @Override
    public Integer call() {
        Home home = where.home();
        StateFile state = StateFile.require(home);
        String uptime = uptime(Duration.between(state.started(), Instant.now()));
        List<Row> services =
                state.services().parallelStream().map(StatusCommand::ask).toList();
        System.out.printf(ROW, "NAME", "STATE", "PORT", "MEMORY", "UPTIME", "DETAIL");
        for (Row row : services) {
            System.out.printf(ROW, row.name(), row.state(), row.port(), "*", uptime, row.detail());
        }
        for (StateFile.Part store : state.stores()) {
            String memory = store.memoryBytes() < 0 ? "*" : megabytes(store.memoryBytes());
            System.out.printf(ROW, store.name(), state(store), store.port(), memory, uptime, detail(store));
        }
        long own = ResidentMemory.bytes(state.pid());
        System.out.printf("%n* in process %d, which has %s; home %s%n", state.pid(), megabytes(own), home.folder());
        if (!state.ready()) {
            System.out.println("It is still starting");
        }
        boolean up = state.ready()
                && services.stream().allMatch(row -> row.state().equals("up"))
                && state.stores().stream().noneMatch(store -> state(store).equals("down"));
        return up ? 0 : 1;
    }

    private static Row ask(StateFile.Part service) {
        try (var client =
                ServiceClient.open(service.name(), URI.create("http://127.0.0.1:" + service.port()), DEADLINE)) {
            var answer = client.exchange("GET", "/ready", Optional.empty(), Optional.empty());
            var report = Json.parse(answer.body(), Health.Report.class);
            String problems = report.checks().stream()
                    .filter(check -> !check.state().equals("up"))
                    .map(check -> check.name() + ": " + check.detail())
                    .collect(Collectors.joining("; "));
            return new Row(service.name(), report.status(), service.port(), problems);
        } catch (ServiceException failure) {
            return new Row(service.name(), "down", service.port(), String.valueOf(failure.getMessage()));
        }
    }

    static String uptime(Duration duration) {
        var parts = new ArrayList<String>();
        if (duration.toDays() > 0) {
            parts.add(duration.toDays() + "d");
        }
        if (duration.toHours() > 0) {
            parts.add(duration.toHoursPart() + "h");
        }
        if (duration.toDays() == 0 && duration.toMinutes() > 0) {
            parts.add(duration.toMinutesPart() + "m");
        }
        if (duration.toHours() == 0) {
            parts.add(duration.toSecondsPart() + "s");
        }
        return String.join("", parts);
    }

    private static String state(StateFile.Part store) {
        if (store.up()) {
            return "up";
        }
        return store.detail().startsWith(ServerState.STARTING) ? ServerState.STARTING : "down";
    }

    private static String detail(StateFile.Part store) {
        return store.up() && store.detail().equals("up") ? "" : store.detail();
    }

    private static String megabytes(long bytes) {
        return bytes < 0 ? "unknown" : String.format(Locale.ROOT, "%d MB", bytes / (1 << 20));
    }
}
