package org.perilune.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Parts;
import org.perilune.bench.report.Report;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "all",
        description = "Every bench, one after the other, each in a Perilune of its own, with shorter runs than each"
                + " alone; within half an hour. Goes on when one fails, and says so at the end. Prints the table of"
                + " docs/performance.md.")
final class AllBench implements Callable<Integer> {
    @Option(names = "--runs", description = "How often each figure is measured (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Option(
            names = "--seconds",
            description = "Length of every run; 0 takes for each bench what it needs (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "BENCH",
            description = "Only these, such as --only downlink,reads (default: all)")
    private List<String> only = List.of();

    private final Report report = new Report(System.out);
    private final Parts parts = new Parts(report);

    @Override
    public Integer call() {
        String times = Integer.toString(runs);
        attempt("start", () -> told(new StartBench(), "--runs", times).measure(report));
        own("downlink", lasting(new DownlinkBench(), 15, "--warm-up", seconds(20))::measure);
        own("latency", lasting(new LatencyBench(), 10)::measure);
        own("screen", told(new ScreenBench(), screen())::measure);
        own("follow", lasting(new FollowBench(), 8)::measure);
        own("reads", lasting(new ReadsBench(), 5)::measure);
        own("commands", lasting(new CommandsBench(), 15)::measure);
        own("command-screen", told(new CommandScreenBench(), "--runs", times)::measure);
        own("timeline", lasting(new TimelineBench(), 10)::measure);
        attempt("events", () -> told(new EventsBench(), "--runs", times).measure(report));
        own("flight-log", lasting(new FlightLogBench(), 20, "--rebuilds", "1", "--read-seconds", seconds(5))::measure);
        own("backup", lasting(new BackupBench(), 20)::measure);
        own("plots", told(new PlotsBench(), "--runs", times)::measure);
        attempt("memory", this::memory);
        report.printMarkdown();
        parts.print(System.out);
        return parts.complete() ? 0 : 1;
    }

    private String seconds(int usual) {
        return Integer.toString(seconds > 0 ? seconds : usual);
    }

    private <T> T lasting(T bench, int usualSeconds, String... more) {
        var options = new ArrayList<>(List.of("--runs", Integer.toString(runs), "--seconds", seconds(usualSeconds)));
        options.addAll(List.of(more));
        return told(bench, options.toArray(String[]::new));
    }

    /** About ten values a second. */
    private String[] screen() {
        var options = new ArrayList<>(List.of("--runs", Integer.toString(runs)));
        if (seconds > 0) {
            options.addAll(List.of("--values", String.format(Locale.ROOT, "%d", Math.min(999, 10 * seconds))));
        }
        return options.toArray(String[]::new);
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

    private void attempt(String name, Parts.Step step) {
        if (only.isEmpty() || only.contains(name)) {
            parts.attempt(name, step);
        }
    }

    private void memory() throws Exception {
        var memory = told(new MemoryBench());
        List<Double> measured = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            try (var own = OwnInstance.start()) {
                measured.add(memory.afterFlight(own.instance(), report));
            }
        }
        memory.tell(report, new Figures(measured));
    }
}
