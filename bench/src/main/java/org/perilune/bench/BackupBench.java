package org.perilune.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.instance.OwnInstance;
import org.perilune.bench.instance.Script;
import org.perilune.bench.load.Epochs;
import org.perilune.bench.load.Micros;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.bench.seed.SeededFrames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "backup",
        description = "Publish to committed row at 5,000 frames/s, without and with backups one after the other into"
                + " a folder, with a million rows there.")
final class BackupBench implements Callable<Integer> {
    private static final int DEVICES = 20;
    private static final int FRAMES_EACH = 50_000;
    private static final double MOST_SLOWED = 2;

    @Mixin
    private Common common = new Common();

    @Option(names = "--rate", description = "Messages a second (default: ${DEFAULT-VALUE})")
    private int rate = 500;

    @Option(names = "--frames", description = "In each message (default: ${DEFAULT-VALUE})")
    private int frames = 10;

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.tell("Writing a million rows");
        try (Connection connection = instance.database()) {
            for (String name : Instance.names("backup-", DEVICES)) {
                int device = SeededFrames.device(connection, name);
                long end = Micros.now() - Duration.ofMinutes(5).toNanos() / 1_000;
                SeededFrames.frames(connection, device, Epochs.next(), FRAMES_EACH, end, 1_000_000);
            }
        }
        report.tell("Warming up");
        LatencyBench.run(instance, rate, frames, seconds);
        var without = new ArrayList<Double>();
        var with = new ArrayList<Double>();
        var ratios = new ArrayList<Double>();
        var made = new AtomicInteger();
        for (int run = 0; run < common.runs; run++) {
            double usual = slow(LatencyBench.run(instance, rate, frames, seconds));
            double slowed = slow(beside(instance, made));
            without.add(usual);
            with.add(slowed);
            ratios.add(slowed / usual);
        }
        String figure = "publish to committed row, %,d frames/s, 99 of 100".formatted(rate * frames);
        report.value(figure, new Figures(without), 2, "ms");
        report.value(figure + ", during backups", new Figures(with), 2, "ms");
        report.atMost(figure + ", during backups to without", new Figures(ratios), 2, "", MOST_SLOWED);
        report.note("%d backups, each a process of its own on the same cores, at the usual megabytes a second."
                .formatted(made.get()));
    }

    private static double slow(Histogram micros) {
        return micros.getValueAtPercentile(99) / 1000.0;
    }

    private Histogram beside(Instance instance, AtomicInteger made) throws Exception {
        Path folder = Files.createTempDirectory("perilune-bench-backups");
        var over = new AtomicBoolean();
        // A thread of its own: the common pool has one on two cores, which watches.
        CompletableFuture<Void> backups = CompletableFuture.runAsync(
                () -> {
                    while (!over.get()) {
                        Script.call(
                                "backup",
                                "--home",
                                instance.home().toString(),
                                "--at",
                                folder.toString(),
                                "--keep",
                                "1");
                        made.incrementAndGet();
                    }
                },
                task -> Thread.ofPlatform().start(task));
        try {
            return LatencyBench.run(instance, rate, frames, seconds);
        } finally {
            over.set(true);
            backups.join();
            OwnInstance.delete(folder);
        }
    }
}
