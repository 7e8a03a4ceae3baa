package org.perilune.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Option;

/** What every bench can be told. */
final class Common {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Measures the Perilune that runs there; else one of its own, in a temporary home")
    @Nullable
    private Path home;

    @Option(names = "--runs", description = "How often each figure is measured (default: ${DEFAULT-VALUE})")
    int runs = 3;

    /** What is measured. */
    interface Measurement {
        void on(Instance instance, Report report) throws Exception;
    }

    /** Measures, and prints the table. */
    int measure(Measurement measurement) throws Exception {
        var report = new Report(System.out);
        if (home != null) {
            measurement.on(new Instance(home), report);
        } else {
            report.tell("Starting a Perilune of its own");
            try (var own = OwnInstance.start()) {
                measurement.on(own.instance(), report);
            }
        }
        report.print();
        return 0;
    }
}
