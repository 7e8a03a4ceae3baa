package org.perilune.launcher.process;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs everything until the process is told to end (Ctrl C, SIGTERM, {@code perilune down}). */
public final class Foreground {
    private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);
    private static final long STATE_REFRESH_SECONDS = 5;
    private static final long LONGEST_STOP_SECONDS = 12;

    private final LaunchPlan plan;
    private final Set<String> without;
    private final Progress progress;
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean starting = true;

    /** What is said when everything is up. */
    public enum Summary {
        SHORT,
        FULL
    }

    /** @param without names of services that are left out */
    public Foreground(LaunchPlan plan, Set<String> without, Progress progress) {
        this.plan = plan;
        this.without = Set.copyOf(without);
        this.progress = progress;
    }

    public void run(Clock clock, Summary summary) {
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> end(worker)));
        try {
            write(false, List.of(), null);
            try (Instance instance = Instance.start(plan, without, clock, progress)) {
                starting = false;
                write(true, instance.services(), instance);
                progress.tell("Perilune is up");
                if (summary == Summary.FULL) {
                    System.out.println(greeting(plan.home(), plan.port(Topology.CONSOLE), "Ctrl C"));
                }
                LOG.info("Everything is up [seconds: {}]", progress.seconds());
                while (!told.await(STATE_REFRESH_SECONDS, TimeUnit.SECONDS)) {
                    write(true, instance.services(), instance);
                }
                progress.tell("Stopping");
            }
            progress.tell("Stopped; all data is kept in " + plan.home().folder());
        } catch (InterruptedException stoppedWhileStarting) {
            Thread.currentThread().interrupt();
        } finally {
            deleteOwnState();
            ended.countDown();
        }
    }

    public static String greeting(Home home, int consolePort, String stop) {
        String file = home.administratorPassword().toString();
        return """

                  Console    http://localhost:%d
                  Log in     admin  %s
                             (the first password, until it is changed; it stays in %s)
                  Stop       %s
                """.formatted(consolePort, Home.read(home.administratorPassword()), file, stop);
    }

    private void end(Thread worker) {
        told.countDown();
        if (starting) {
            worker.interrupt();
        }
        try {
            if (!ended.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("Stopping took too long and is cut short");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(boolean ready, List<Running> services, @Nullable Instance instance) {
        List<StateFile.Part> stores = instance == null
                ? List.of()
                : instance.stores().stream()
                        .map(store -> new StateFile.Part(
                                store.name(), store.up(), store.port(), store.residentBytes(), store.detail()))
                        .toList();
        List<StateFile.Part> parts = services.stream()
                .map(running -> new StateFile.Part(running.name(), true, running.port(), -1, ""))
                .toList();
        try {
            new StateFile(ProcessHandle.current().pid(), StateFile.ownStart(), ready, parts, stores).write(plan.home());
        } catch (LauncherException failure) {
            // A full disk must not end what still works.
            LOG.warn("The state file could not be written", failure);
        }
    }

    private void deleteOwnState() {
        boolean own = StateFile.read(plan.home())
                .map(state -> state.pid() == ProcessHandle.current().pid())
                .orElse(false);
        if (own) {
            StateFile.delete(plan.home());
        }
    }
}
