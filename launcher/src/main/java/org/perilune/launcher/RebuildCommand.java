package org.perilune.launcher;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "rebuild",
        description = {
            "Builds a service's model anew from the log of events, beside the one that serves, and switches to it.",
            "Reading goes on meanwhile. Interrupting this command does not interrupt the rebuild."
        })
final class RebuildCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** Tokens count for minutes; a rebuild may take longer. */
    private static final Duration TOKEN_AGE = Duration.ofMinutes(1);

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(paramLabel = "SERVICE", description = "query: the flight log to read")
    private String service = "";

    private record Rebuild(
            String state,
            long events,
            long of,
            @JsonProperty("started_at") @Nullable Instant startedAt,
            @JsonProperty("finished_at") @Nullable Instant finishedAt,
            String detail) {}

    @Override
    public Integer call() throws InterruptedException {
        if (!service.equals(Topology.QUERY.name())) {
            throw new LauncherException("Only query can be rebuilt, not '" + service + "': ./perilune rebuild query");
        }
        Home home = where.home();
        URI address = URI.create("http://127.0.0.1:" + StateFile.require(home).port(Topology.QUERY.name()));
        var progress = new Progress(System.out);
        try (var query = ServiceClient.open(Topology.QUERY.name(), address, DEADLINE)) {
            Optional<String> token = token(home);
            long asked = System.nanoTime();
            Rebuild rebuild = query.post("/rebuild", token, Map.of(), Rebuild.class);
            String said = "";
            while (rebuild.state().equals("running")) {
                String now = sentence(rebuild);
                if (!now.equals(said)) {
                    progress.tell(now);
                    said = now;
                }
                Thread.sleep(LOOK);
                if (System.nanoTime() - asked > TOKEN_AGE.toNanos()) {
                    token = token(home);
                    asked = System.nanoTime();
                }
                rebuild = query.get("/rebuild", token, Rebuild.class);
            }
            if (!rebuild.state().equals("done")) {
                throw new LauncherException("The rebuild failed: " + rebuild.detail());
            }
            progress.tell("%,d events; %s".formatted(rebuild.events(), rebuild.detail()));
        }
        return 0;
    }

    private static Optional<String> token(Home home) {
        return Optional.of(Tokens.of(home, Role.ADMINISTRATOR.wireName()));
    }

    private static String sentence(Rebuild rebuild) {
        return rebuild.of() == 0
                ? rebuild.detail()
                : "%,d of about %,d events; %s".formatted(rebuild.events(), rebuild.of(), rebuild.detail());
    }
}
