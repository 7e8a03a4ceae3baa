package org.perilune.launcher;

import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Settings;
import org.perilune.contracts.Topology;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = {
            "Runs one service in this process, against the addresses in its settings.",
            "Its log goes to standard output as JSON lines."
        })
final class RunCommand implements Callable<Integer> {
    private static final long LONGEST_STOP_SECONDS = 10;

    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Parameters(paramLabel = "SERVICE", description = "crew, batch-router, telemetry, lunar-module, status or console")
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
        try (AutoCloseable running =
                start(service, settings.user(where.home()), Clock.systemUTC()).service()) {
            assert running != null;
            told.await();
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /** One service, as {@code run} starts it; keys of other services may be there, so that all can share a file. */
    static Running start(String name, Map<String, String> user, Clock clock) {
        ServiceKind<?> kind = ServiceKinds.named(name);
        var read = Settings.of(user);
        ServiceKind.Prepared prepared = kind.prepare(read);
        Set<String> others = new HashSet<>(Set.of("pad"));
        Topology.SERVICES.forEach(service -> others.add(service.name()));
        others.remove(name);
        read.check(others);
        LoggerFactory.getLogger(RunCommand.class).info("Starting [settings: {}]", read.effective());
        return prepared.start().apply(clock);
    }
}
