package org.perilune.launcher;

import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.UserSettings;
import org.perilune.launcher.process.Logging;
import org.perilune.launcher.process.Running;
import org.perilune.launcher.process.ServiceDefinition;
import org.perilune.launcher.process.ServiceDefinitions;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Runs one service in this process, against the addresses in its settings.",
            "Its log goes to standard output as JSON lines."
        })
public final class RunCommand implements Callable<Integer> {
    private static final long LONGEST_STOP_SECONDS = 10;

    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Option(
            names = "--beside",
            description = {
                "With what the Perilune that runs in the home tells its services: for one that was left out of it, or,",
                "with --set SERVICE.http.port=0, for another copy."
            })
    private boolean beside;

    @Parameters(paramLabel = "SERVICE", description = "Such as telemetry or comments; ./perilune status names them")
    private String service = "";

    @Override
    public Integer call() throws Exception {
        Logging.ontoOutput();
        var told = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            told.countDown();
            try {
                if (!ended.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("Stopping took too long and is cut short");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }));
        try (AutoCloseable running = start(service, all(), Clock.systemUTC()).service()) {
            assert running != null;
            told.await();
        } finally {
            ended.countDown();
        }
        return 0;
    }

    private Map<String, String> all() {
        Home home = where.home();
        Map<String, String> user = settings.user(home);
        if (!beside) {
            return user;
        }
        StateFile.require(home);
        var all = new HashMap<>(UserSettings.file(home.serviceSettings()));
        UserSettings.put(all, user);
        return all;
    }

    /** One service, as {@code run} starts it; keys of other services may be there, so that all can share a file. */
    public static Running start(String name, Map<String, String> user, Clock clock) {
        ServiceDefinition<?> kind = ServiceDefinitions.named(name);
        var read = Settings.of(user);
        ServiceDefinition.Prepared prepared = kind.prepare(read);
        Set<String> others = new HashSet<>(Set.of("embedded", "backup"));
        Topology.SERVICES.forEach(service -> others.add(service.name()));
        others.remove(name);
        read.check(others);
        LoggerFactory.getLogger(RunCommand.class).info("Starting [settings: {}]", read.effective());
        return prepared.start().apply(clock);
    }
}
