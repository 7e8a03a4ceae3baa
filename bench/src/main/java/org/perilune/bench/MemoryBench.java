package org.perilune.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "memory",
        description = "Resident memory of everything: the JVM, PostgreSQL and Redis, shared pages counted once (PSS).")
final class MemoryBench implements Callable<Integer> {
    private static final double MEBIBYTE_IN_KIBIBYTES = 1024;

    @Mixin
    private Common common = new Common();

    @Option(names = "--for", paramLabel = "MINUTES", description = "How long it runs first (default: ${DEFAULT-VALUE})")
    private int minutes = 1;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.value("resident memory, at first", new Figures(List.of(mebibytes(instance))), 0, "MiB");
        tell(report, new Figures(List.of(afterFlight(instance, report))));
    }

    double afterFlight(Instance instance, Report report) throws IOException, InterruptedException {
        report.tell("Letting it fly for " + minutes + " min");
        Thread.sleep(Duration.ofMinutes(minutes));
        return mebibytes(instance);
    }

    void tell(Report report, Figures figures) {
        report.atMost("resident memory, after " + minutes + " min", figures, 0, "MiB", 700);
    }

    private static double mebibytes(Instance instance) throws IOException {
        ProcessHandle top = ProcessHandle.of(instance.pid())
                .orElseThrow(() -> new BenchException("The Perilune of " + instance.home() + " has ended"));
        double sum = 0;
        for (ProcessHandle process :
                Stream.concat(Stream.of(top), top.descendants()).toList()) {
            sum += kibibytes(process.pid());
        }
        return sum / MEBIBYTE_IN_KIBIBYTES;
    }

    private static long kibibytes(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        }
    }
}
