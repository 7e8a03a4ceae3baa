package org.perilune.chassis;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** What the three probes answer. Checks are cheap, and their texts hold no secret. Safe for threads. */
public final class Health {
    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private volatile boolean started;
    private volatile boolean stopping;

    private record Check(String name, Supplier<Optional<String>> problem) {}

    /** @param state {@code up} or {@code down} */
    public record Result(String name, String state, String detail) {}

    /** @param status {@code up}, or {@code down} as soon as one check is */
    public record Report(String status, List<Result> checks) {}

    /** @param problem what is wrong just now; empty when all is well. Called on every probe; must not throw. */
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

    boolean isStarted() {
        return started;
    }

    public Report report() {
        List<Result> results = checks.stream().map(Health::run).toList();
        boolean up = started
                && !stopping
                && results.stream().allMatch(result -> result.state().equals("up"));
        return new Report(up ? "up" : "down", results);
    }

    private static Result run(Check check) {
        Optional<String> problem = check.problem().get();
        return new Result(check.name(), problem.isEmpty() ? "up" : "down", problem.orElse(""));
    }
}
