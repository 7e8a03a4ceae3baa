package org.perilune.bench;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.Epochs;
import org.perilune.bench.load.HttpLoad;
import org.perilune.bench.load.Micros;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.bench.seed.SeededFrames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "reads", description = "GET /data?limit=100 with a million rows there.")
final class ReadsBench implements Callable<Integer> {
    private static final int DEVICES = 20;
    private static final int FRAMES_EACH = 50_000;

    @Mixin
    private Common common = new Common();

    @Option(names = "--connections", description = "default: ${DEFAULT-VALUE}")
    private int connections = 32;

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.tell("Writing a million rows");
        long epoch = Epochs.next();
        long endMicros = Micros.now() - 300_000_000;
        try (Connection connection = instance.database()) {
            for (String name : Instance.names("reads-", DEVICES)) {
                int device = SeededFrames.device(connection, name);
                SeededFrames.frames(connection, device, epoch, FRAMES_EACH, endMicros, 1_000_000);
            }
        }
        measure(instance, report, "GET /data?limit=100", "/data?limit=100");
        measure(instance, report, "GET /data?device=&limit=100", "/data?device=reads-7&limit=100");
        report.note("%d connections of a client on the same cores.".formatted(connections));
    }

    private void measure(Instance instance, Report report, String figure, String path) throws Exception {
        var rates = new ArrayList<Double>();
        var slow = new ArrayList<Double>();
        var load = new HttpLoad(instance.servicePort("telemetry"), path, instance.token("viewer"));
        HttpLoad.Result warm = load.run(connections, Duration.ofSeconds(seconds));
        report.tell("%s warm-up: %.0f/s".formatted(figure, warm.perSecond()));
        for (int run = 0; run < common.runs; run++) {
            HttpLoad.Result result = load.run(connections, Duration.ofSeconds(seconds));
            rates.add(result.perSecond());
            slow.add(result.micros().getValueAtPercentile(99) / 1000.0);
        }
        report.atLeast(figure, new Figures(rates), 0, "requests/s", 3_000);
        report.atMost(figure + ", 99 of 100", new Figures(slow), 1, "ms", 20);
    }
}
