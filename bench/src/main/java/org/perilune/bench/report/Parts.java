package org.perilune.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Parts of a whole that are measured one after the other, and how each went. Not safe for threads. */
public final class Parts {
    private final Report report;
    private final List<Part> done = new ArrayList<>();

    private record Part(String name, long seconds, String failure) {}

    public interface Step {
        void run() throws Exception;
    }

    public Parts(Report report) {
        this.report = report;
    }

    /** One that fails, in whatever way, does not take the others' figures along. */
    public void attempt(String name, Step step) {
        report.tell(name);
        long began = System.nanoTime();
        String failure = "";
        try {
            step.run();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted", interruption);
        } catch (Exception | LinkageError | AssertionError failed) {
            failure = String.valueOf(failed).lines().findFirst().orElse("failed");
            report.note(name + " could not be measured to its end: " + failure);
            report.tell(name + ": " + failed);
        }
        done.add(new Part(name, (System.nanoTime() - began) / 1_000_000_000, failure));
    }

    public boolean complete() {
        return done.stream().allMatch(part -> part.failure().isEmpty());
    }

    public void print(PrintStream out) {
        out.println();
        for (Part part : done) {
            String state = part.failure().isEmpty() ? "measured" : "NOT TO ITS END";
            out.println(String.format(Locale.ROOT, "%-10s %5d s  %s", part.name(), part.seconds(), state));
        }
        out.flush();
    }
}
