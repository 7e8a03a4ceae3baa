package org.perilune.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
        name = "all",
        description = "Every bench, one after the other, each in a Perilune of its own, with shorter runs than each"
                + " alone; within 20 minutes. Prints the table of docs/performance.md.")
final class AllBench implements Callable<Integer> {
    private static final int MEMORY_RUNS = 3;

    private final Report report = new Report(System.out);
    private boolean complete = true;

    @Override
    public Integer call() {
        attempt("start", () -> told(new StartBench()).measure(report));
        own("downlink", told(new DownlinkBench(), "--seconds", "15", "--warm-up", "20")::measure);
        own("latency", told(new LatencyBench(), "--seconds", "10")::measure);
        own("screen", told(new ScreenBench())::measure);
        own("follow", told(new FollowBench(), "--seconds", "8")::measure);
        own("reads", told(new ReadsBench(), "--seconds", "5")::measure);
        own("plots", told(new PlotsBench())::measure);
        attempt("memory", this::memory);
        report.printMarkdown();
        return complete ? 0 : 1;
    }

    private static <T> T told(T bench, String... options) {
        new CommandLine(bench).parseArgs(options);
        return bench;
    }

    private void own(String name, Common.Measurement measurement) {
        attempt(name, () -> {
            try (var own = OwnInstance.start()) {
                measurement.on(own.instance(), report);
            }
        });
    }

    private interface Step {
        void run() throws Exception;
    }

    /** One that fails does not take the others' figures along. */
    private void attempt(String name, Step step) {
        report.tell(name);
        try {
            step.run();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted", interruption);
        } catch (Exception failure) {
            complete = false;
            report.note(name + " could not be measured to its end: " + failure);
            report.tell(name + ": " + failure);
        }
    }

    private void memory() throws Exception {
        var memory = told(new MemoryBench());
        List<Double> runs = new ArrayList<>();
        for (int run = 0; run < MEMORY_RUNS; run++) {
            try (var own = OwnInstance.start()) {
                runs.add(memory.afterFlight(own.instance(), report));
            }
        }
        memory.tell(report, new Figures(runs));
    }
}
