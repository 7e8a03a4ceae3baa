package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.instance.Script;
import org.perilune.bench.observe.Console;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "start",
        description = "From the command up to the console's page of the lunar module with a value of this start, log-in"
                + " included, with an empty and with an existing home.")
final class StartBench implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 50_000_000;

    @Option(names = "--runs", description = "How often each figure is measured (default: ${DEFAULT-VALUE})")
    private int runs = 3;

    @Override
    public Integer call() throws Exception {
        var report = new Report(System.out);
        measure(report);
        report.print();
        return 0;
    }

    void measure(Report report) throws Exception {
        var empty = new ArrayList<Double>();
        var existing = new ArrayList<Double>();
        for (int run = 0; run < runs; run++) {
            try (OwnInstance own = OwnInstance.stopped()) {
                empty.add(seconds(own.home()));
                Script.down(own.home());
                existing.add(seconds(own.home()));
            }
        }
        report.atMost("up to first telemetry, empty home", new Figures(empty), 1, "s", 12);
        report.atMost("up to first telemetry, existing home", new Figures(existing), 1, "s", 8);
    }

    private static double seconds(Path home) {
        long began = System.nanoTime();
        String since = Clock.systemUTC().instant().toString();
        Script.up(home);
        try (var console = new Console(new Instance(home))) {
            while (System.nanoTime() - began < LIMIT.toNanos()) {
                if (console.device("lunar-module")
                        .filter(page -> shows(page, since))
                        .isPresent()) {
                    return (System.nanoTime() - began) / 1e9;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        throw new BenchException("The lunar module was not seen within " + LIMIT);
    }

    private static boolean shows(JsonNode page, String since) {
        for (JsonNode held : page.path("values")) {
            if (held.path("time").asText("").compareTo(since) > 0) {
                return true;
            }
        }
        return false;
    }
}
