package org.perilune.bench;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.Epochs;
import org.perilune.bench.load.Micros;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.bench.seed.SeededFrames;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.client.ServiceClient.Answer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "plots", description = "GET /series of one value at 1 Hz over a day and over a year, 1,000 pixels.")
final class PlotsBench implements Callable<Integer> {
    private static final int YEAR = 365;
    private static final int FRAMES = 2 * 86_400;
    private static final String DEVICE = "plots";

    @Mixin
    private Common common = new Common();

    @Option(names = "--calls", description = "Calls a run (default: ${DEFAULT-VALUE})")
    private int calls = 300;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        // The newest minutes stay free: the service rolls up what has settled.
        long endMicros = Micros.now() / 14_400_000_000L * 14_400_000_000L - 1_000_000;
        report.tell("Writing two days of frames and a year of roll-ups");
        try (Connection connection = instance.database()) {
            int device = SeededFrames.device(connection, DEVICE);
            SeededFrames.frames(connection, device, Epochs.next(), FRAMES, endMicros, 1_000_000);
            SeededFrames.rollups(connection, device, "altitude", YEAR, endMicros + 1_000_000);
        }
        var day = new ArrayList<Double>();
        var year = new ArrayList<Double>();
        Optional<String> token = Optional.of(instance.token("viewer"));
        try (ServiceClient telemetry = instance.telemetry()) {
            median(telemetry, token, 1, endMicros);
            median(telemetry, token, YEAR, endMicros);
            for (int run = 0; run < common.runs; run++) {
                day.add(median(telemetry, token, 1, endMicros));
                year.add(median(telemetry, token, YEAR, endMicros));
            }
        }
        report.atMost("min/max plot of 1 day at 1 Hz, half of the calls", new Figures(day), 1, "ms", 10);
        report.atMost("min/max plot of 1 year at 1 Hz, half of the calls", new Figures(year), 1, "ms", 80);
        report.note("The last two days are there frame by frame, the rest of the year as the roll-ups alone, which is"
                + " what its plot is made from. Every call asks for a range of its own.");
    }

    private double median(ServiceClient telemetry, Optional<String> token, int days, long endMicros) {
        var micros = new Histogram(3);
        for (int call = 0; call < calls; call++) {
            Instant to = Instant.ofEpochSecond(endMicros / 1_000_000 - call);
            Instant from = to.minus(Duration.ofDays(days));
            long began = System.nanoTime();
            Answer answer = telemetry.exchange(
                    "GET",
                    "/series?device=%s&parameter=altitude&from=%s&to=%s&pixels=1000".formatted(DEVICE, from, to),
                    token,
                    Optional.empty());
            micros.recordValue((System.nanoTime() - began) / 1000);
            if (answer.status() != 200 || answer.body().length < 10_000) {
                throw new BenchException("GET /series answered %d with %d bytes: %s"
                        .formatted(
                                answer.status(),
                                answer.body().length,
                                new String(
                                        answer.body(),
                                        0,
                                        Math.min(300, answer.body().length),
                                        StandardCharsets.UTF_8)));
            }
        }
        return micros.getValueAtPercentile(50) / 1000.0;
    }
}
