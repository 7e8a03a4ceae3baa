package org.perilune.embedded.host;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server's process alive: stops what an earlier run left, starts it, and starts it again whenever it ends.
 * Restarts are immediate at first and rarer, down to one in five seconds, while they fail.
 */
public final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    /** After a crash PostgreSQL replays its log, up to some gigabytes, and Redis reads all of its own. */
    private static final Duration FIRST_START = Duration.ofMinutes(3);

    /** A hundred milliseconds apart: children of a killed PostgreSQL hold its shared memory for a while. */
    private static final int FIRST_TRIES = 50;

    /** With what services take before, within the ten seconds of a stop. */
    private static final Duration STOP = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ServerProgram program;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Thread keeper;
    private volatile @Nullable Process process;
    private volatile boolean up;
    private volatile boolean closing;

    private Supervisor(ServerProgram program) {
        this.program = program;
        this.keeper = Thread.ofVirtual().name("embedded-" + program.name()).unstarted(this::keep);
    }

    /** Returns when the server serves. */
    public static Supervisor start(ServerProgram program) throws IOException, InterruptedException {
        stopOrphan(program);
        Ports.requireFree(program);
        var supervisor = new Supervisor(program);
        supervisor.keeper.start();
        try {
            supervisor.started.get(FIRST_START.toMillis(), TimeUnit.MILLISECONDS);
            return supervisor;
        } catch (ExecutionException | TimeoutException failure) {
            supervisor.close();
            throw new BackendsException(
                    program.name() + " did not start; its last words: " + program.lastWords(), failure);
        } catch (InterruptedException interruption) {
            supervisor.close();
            throw interruption;
        }
    }

    boolean isUp() {
        return up;
    }

    /** -1 while there is none. */
    long pid() {
        Process running = process;
        return running != null && running.isAlive() ? running.pid() : -1;
    }

    private void keep() {
        Duration pause = SHORTEST_PAUSE;
        int tries = 0;
        while (!closing) {
            try {
                tries++;
                Process running = program.launch();
                process = running;
                if (awaitReady(running)) {
                    up = true;
                    if (!started.complete(null)) {
                        LOG.warn("{} is back [pid: {}, tries: {}]", program.name(), running.pid(), tries);
                    }
                    pause = SHORTEST_PAUSE;
                    tries = 0;
                    int status = running.waitFor();
                    up = false;
                    if (closing) {
                        return;
                    }
                    LOG.error("{} ended by itself and is started again [status: {}]", program.name(), status);
                    continue;
                }
            } catch (IOException | RuntimeException failure) {
                LOG.error("{} could not be started", program.name(), failure);
            } catch (InterruptedException interruption) {
                return;
            }
            if (!started.isDone() && tries >= FIRST_TRIES) {
                started.completeExceptionally(new IOException(program.lastWords()));
                return;
            }
            if (!pause(pause)) {
                return;
            }
            pause = pause.multipliedBy(started.isDone() ? 2 : 1);
            pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }

    private boolean awaitReady(Process running) {
        while (running.isAlive()) {
            if (program.ready(running)) {
                return true;
            }
            if (!pause(POLL)) {
                return false;
            }
        }
        return false;
    }

    private boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return !closing;
        } catch (InterruptedException closed) {
            return false;
        }
    }

    @Override
    public void close() {
        closing = true;
        up = false;
        try {
            keeper.interrupt();
            keeper.join();
            Process running = process;
            if (running != null) {
                stop(program, running.toHandle());
            }
        } catch (IOException failure) {
            LOG.error("{} could not be stopped", program.name(), failure);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stopOrphan(ServerProgram program) throws IOException, InterruptedException {
        OptionalLong left = program.orphan();
        if (left.isEmpty()) {
            return;
        }
        var orphan = ProcessHandle.of(left.getAsLong());
        if (orphan.isPresent()) {
            LOG.warn("{} of an earlier run still lives and is stopped [pid: {}]", program.name(), left.getAsLong());
            stop(program, orphan.get());
        }
    }

    private static void stop(ServerProgram program, ProcessHandle process) throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        program.interrupt(process);
        if (!ended(process, STOP)) {
            LOG.warn("{} did not end when asked and is killed; it recovers at its next start", program.name());
            process.destroyForcibly();
            ended(process, STOP);
        }
    }

    private static boolean ended(ProcessHandle process, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }
}
