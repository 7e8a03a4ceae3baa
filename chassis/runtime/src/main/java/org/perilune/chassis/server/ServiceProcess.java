package org.perilune.chassis.server;

import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.logging.Logging;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One service alone in its process, against the addresses in its settings. */
public final class ServiceProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);
    private static final long LONGEST_STOP_SECONDS = 10;

    private ServiceProcess() {}

    /**
     * Runs until the process is told to end (SIGTERM, SIGINT), then stops the service. Logs JSON lines to standard output.
     *
     * @throws InvalidSettings with every fault there is
     */
    public static void run(ServiceDefinition<?> definition, Map<String, String> settings) throws Exception {
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
        try (AutoCloseable running = start(definition, settings, Clock.systemUTC())) {
            assert running != null;
            told.await();
        } finally {
            ended.countDown();
        }
    }

    /**
     * Keys of other services may be there, so that all can share a file.
     *
     * @throws InvalidSettings with every fault there is
     */
    public static Service start(ServiceDefinition<?> definition, Map<String, String> settings, Clock clock) {
        var read = Settings.of(settings);
        ServiceDefinition.Prepared prepared = definition.prepare(read);
        Set<String> others = new HashSet<>(Set.of("embedded", "backup"));
        Topology.SERVICES.forEach(service -> others.add(service.name()));
        others.remove(definition.name());
        read.check(others);
        LOG.info("Starting [settings: {}]", read.effective());
        return prepared.start().apply(clock);
    }
}
