package org.perilune.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.perilune.chassis.logging.Logging;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.ServerState;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.process.Instance;
import org.perilune.launcher.process.LaunchPlan;
import org.perilune.launcher.process.Running;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A short life on free ports, from which the JVM learns what to keep for faster starts; see the script. */
@Command(name = "train", hidden = true, description = "Starts everything on free ports, uses it a little, stops.")
public final class TrainCommand implements Callable<Integer> {
    private static final int ROUNDS = 20;
    private static final Duration SEARCH = Duration.ofSeconds(60);

    @Mixin
    private HomeOption where = new HomeOption();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Home home = where.home();
        home.make();
        Logging.intoFile(home.log());
        LaunchPlan plan = LaunchPlan.read(home, freePorts());
        var progress = new Progress(System.out);
        try (Instance instance = Instance.start(plan, Clock.systemUTC(), progress);
                HttpClient http = HttpClient.newHttpClient()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Running running : instance.services()) {
                    for (String path : new String[] {"/ready", "/metrics", "/"}) {
                        use(http, running.port(), path);
                    }
                }
                Thread.sleep(100);
            }
            awaitSearch(instance);
        }
        return 0;
    }

    /** It starts last, and long after the services; without it the rest is learned all the same. */
    private static void awaitSearch(Instance instance) throws InterruptedException {
        long deadline = System.nanoTime() + SEARCH.toNanos();
        while (System.nanoTime() < deadline && !instance.stores().stream().allMatch(ServerState::up)) {
            Thread.sleep(100);
        }
        // Until status has looked.
        Thread.sleep(2_500);
    }

    public static Map<String, String> freePorts() {
        var settings = new HashMap<String, String>();
        Topology.SERVICES.forEach(service -> settings.put(service.name() + ".http.port", "0"));
        for (Topology.Store store : Topology.Store.values()) {
            settings.put(LaunchPlan.portKey(store), "0");
        }
        return settings;
    }

    private static void use(HttpClient http, int port, String path) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }
}
