package org.perilune.launcher.process;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.Topology;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.ParallelStartup;
import org.perilune.embedded.host.ServerState;
import org.perilune.launcher.home.FreePorts;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded backends and every service in this process. Safe for threads; closing twice does nothing. */
public final class Instance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);
    /** For all services; what is left of ten seconds is the embedded backends'. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    /** Until then the first to look at the console has the processors. */
    private static final Duration SEARCH_AFTER = Duration.ofSeconds(5);

    /** Twice what a start takes on a machine that is short of processors. */
    private static final Duration SLOW = Duration.ofSeconds(30);

    private final EmbeddedBackends backends;
    private final List<Running> services = new CopyOnWriteArrayList<>();

    private Instance(EmbeddedBackends backends) {
        this.backends = backends;
    }

    /** Everything. */
    public static Instance start(LaunchPlan plan, Clock clock, Progress progress) {
        return start(plan, Set.of(), clock, progress);
    }

    /**
     * Returns when everything serves; where one thing does not start, what was started is stopped again.
     *
     * @param without names of services that are left out: they run in processes of their own, at the planned ports
     */
    public static Instance start(LaunchPlan plan, Set<String> without, Clock clock, Progress progress) {
        plan.home().make();
        FreePorts.require(plan.ports(), without);
        LOG.info("Starting [settings: {}]", plan.effective());
        var instance = new Instance(EmbeddedBackends.start(plan.backends(), progress::tell));
        try {
            Map<String, String> made = instance.backends.settings();
            plan.home().writeServiceSettings(plan.complete(made));
            var services = new ArrayList<>(plan.prepare(made));
            services.removeIf(service -> without.contains(service.name()));
            instance.startServices(services, clock, progress, plan.home());
            instance.backends.startSearch(SEARCH_AFTER);
            return instance;
        } catch (Throwable failure) {
            instance.close();
            throw failure;
        }
    }

    /** Side by side: each can be without the others, as when they are processes of their own. */
    private void startServices(List<ServiceDefinition.Prepared> prepared, Clock clock, Progress progress, Home home) {
        List<String> names =
                prepared.stream().map(ServiceDefinition.Prepared::name).toList();
        try (var slow = new SlowStart(names, home.threads(), SLOW, progress)) {
            startServices(prepared, clock, progress, slow);
        }
    }

    private void startServices(
            List<ServiceDefinition.Prepared> prepared, Clock clock, Progress progress, SlowStart slow) {
        var steps = new ArrayList<Callable<Void>>();
        for (ServiceDefinition.Prepared service : prepared) {
            steps.add(() -> {
                Thread.currentThread().setName("start-" + service.name());
                Running running = Running.of(service.name(), service.start().apply(clock));
                services.add(running);
                running.handler().ifPresent(backends::onPublish);
                slow.started(service.name());
                progress.tell(running.name() + " is up on port " + running.port());
                return null;
            });
        }
        try {
            ParallelStartup.run(steps, Thread.ofPlatform().factory());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LauncherException("Stopped while starting", interrupted);
        }
    }

    /** In the order of the topology. */
    public List<Running> services() {
        return Topology.SERVICES.stream()
                .flatMap(service ->
                        services.stream().filter(running -> running.name().equals(service.name())))
                .toList();
    }

    int port(Topology.Service service) {
        return services.stream()
                .filter(running -> running.name().equals(service.name()))
                .mapToInt(Running::port)
                .findFirst()
                .orElseThrow();
    }

    public List<ServerState> stores() {
        return backends.servers();
    }

    EmbeddedBackends backends() {
        return backends;
    }

    /**
     * Services side by side, then the embedded backends; within ten seconds. One after the other, waiting for what is under way in
     * thirteen would take longer.
     */
    @Override
    public void close() {
        long began = System.nanoTime();
        backends.expectStop();
        var closing = new LinkedHashMap<String, CountDownLatch>();
        for (Running running : services().reversed()) {
            if (services.remove(running)) {
                var closed = new CountDownLatch(1);
                closing.put(running.name(), closed);
                Thread.ofPlatform().daemon().name("stop-" + running.name()).start(() -> close(running, closed));
            }
        }
        closing.forEach((name, closed) -> await(name, closed, began + TIMEOUT.toNanos()));
        LOG.info("The services have stopped [seconds: {}]", seconds(began));
        backends.close();
        LOG.info("Everything has stopped [seconds: {}]", seconds(began));
    }

    private static double seconds(long beganNanos) {
        return (System.nanoTime() - beganNanos) / 1e9;
    }

    private static void close(Running running, CountDownLatch closed) {
        try {
            running.service().close();
        } catch (Exception failure) {
            LOG.error("A service could not be stopped cleanly [service: {}]", running.name(), failure);
        } finally {
            closed.countDown();
        }
    }

    private static void await(String name, CountDownLatch closed, long deadline) {
        try {
            if (!closed.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                LOG.warn("A service takes long to stop and is left behind [service: {}]", name);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
