package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three probes answer. Checks run side by side, each once at a time however many ask, and what one said stands
 * for {@link #FRESH}: anybody may ask, and that costs little. Their texts hold no secret. Safe for threads.
 */
public final class Health {
    static final Duration FRESH = Duration.ofMillis(250);
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private volatile boolean started;
    private volatile boolean stopping;

    /** @param state {@code up} or {@code down} */
    public record Result(String name, String state, String detail) {}

    /** @param status {@code up}, or {@code down} as soon as one check is */
    public record Report(String status, List<Result> checks) {}

    private record Look(Check check, CompletableFuture<Result> result) {}

    private static final class Check {
        private final String name;
        private final Supplier<Optional<String>> problem;
        private @Nullable CompletableFuture<Result> last; // guarded by this
        private volatile long endedNanos;

        Check(String name, Supplier<Optional<String>> problem) {
            this.name = name;
            this.problem = problem;
        }

        /** What it said just now, or is about to say. One that hangs is not begun again. */
        synchronized Look begin() {
            if (last != null && (!last.isDone() || System.nanoTime() - endedNanos < FRESH.toNanos())) {
                return new Look(this, last);
            }
            var look = new CompletableFuture<Result>();
            last = look;
            Threads.start("check-" + name, () -> {
                Result result = run();
                endedNanos = System.nanoTime();
                look.complete(result);
            });
            return new Look(this, look);
        }

        private Result run() {
            try {
                return result(problem.get().orElse(""));
            } catch (RuntimeException failure) {
                LOG.warn("A check of readiness failed [check: {}]", name, failure);
                return result("It could not be looked at: " + failure.getClass().getSimpleName());
            }
        }

        Result result(String fault) {
            return new Result(name, fault.isEmpty() ? "up" : "down", fault);
        }
    }

    /**
     * @param problem what is wrong just now; empty when all is well. Called when somebody asks, on a thread of its own;
     *     one that takes longer than two seconds counts as down until it ends
     */
    public void add(String name, Supplier<Optional<String>> problem) {
        checks.add(new Check(name, problem));
    }

    public void started() {
        started = true;
    }

    /** From now on the service is unready, so that load balancers turn away before listeners close. */
    public void stopping() {
        stopping = true;
    }

    public boolean isStarted() {
        return started;
    }

    public Report report() {
        List<Look> looks = checks.stream().map(Check::begin).toList();
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        List<Result> results = looks.stream().map(look -> await(look, deadline)).toList();
        boolean up = started
                && !stopping
                && results.stream().allMatch(result -> result.state().equals("up"));
        return new Report(up ? "up" : "down", results);
    }

    private static Result await(Look look, long deadline) {
        Check check = look.check();
        try {
            return look.result().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException hangs) {
            return check.result("It does not answer within " + DEADLINE.toSeconds() + " s");
        } catch (ExecutionException failure) {
            return check.result("It could not be looked at");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return check.result("It was not looked at to the end");
        }
    }
}
