package org.perilune.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.MqttDevice;
import org.perilune.bench.load.MqttPublisher;
import org.perilune.bench.observe.Store;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.bench.report.Sustained;
import org.perilune.bench.seed.BareCopy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "downlink",
        description = "Durable telemetry: MQTT QoS 1 publish to committed row, one and ten frames a message. A rate"
                + " counts when every frame is stored exactly once and, as a median of the runs, nothing is left to do"
                + " 2 s after the end.")
final class DownlinkBench implements Callable<Integer> {
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(2);
    private static final double STEP = 1.1;
    /** Of the first rate: below it the search gives up. */
    private static final double LEAST = 1 / 8.0;

    @Mixin
    private Common common = new Common();

    @Option(names = "--devices", description = "default: ${DEFAULT-VALUE}")
    private int devices = 200;

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 30;

    @Option(names = "--rate", description = "Messages a second with one frame each; 0 searches (default)")
    private int rate;

    @Option(names = "--rate-ten", description = "Messages a second with ten frames each; 0 searches (default)")
    private int rateTen;

    @Option(names = "--warm-up", description = "Seconds before anything counts (default: ${DEFAULT-VALUE})")
    private int warmUpSeconds = 30;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.tell("Warming up for " + warmUpSeconds + " s");
        attempt(instance, 8_000, 1, Math.max(1, warmUpSeconds / 2));
        attempt(instance, 4_000, 10, Math.max(1, warmUpSeconds / 2));
        Sustained one = sustained(instance, report, 1, rate, 14_000);
        tell(report, "1 frame a message", one, 20_000);
        Sustained ten = sustained(instance, report, 10, rateTen, 7_000);
        tell(report, "10 frames a message", ten, 110_000);
        var copies = new ArrayList<Double>();
        for (int run = 0; run < common.runs; run++) {
            copies.add(BareCopy.measure(instance, Math.max(1, seconds / 2)));
            report.tell(String.format(Locale.ROOT, "Bare COPY: %,.0f rows/s", copies.getLast()));
        }
        var copy = new Figures(copies);
        report.value("bare COPY of the same rows, two connections", copy, 0, "rows/s");
        report.atLeast(
                "10 frames a message, of bare COPY",
                new Figures(List.of(ten.framesPerSecond().median() / copy.median())),
                2,
                "",
                0.4);
        report.note("The load generator runs on the same cores.");
    }

    private static void tell(Report report, String what, Sustained sustained, double wanted) {
        report.atLeast("durable telemetry, " + what, sustained.framesPerSecond(), 0, "frames/s", wanted);
        report.atMost("the same, until empty", sustained.drainSeconds(), 2, "s", 2);
        report.note(sustained.summary());
    }

    /** At the given rate, or the highest of steps of a tenth that is held; every run is made, whatever one gives. */
    private Sustained sustained(Instance instance, Report report, int frames, int given, int first)
            throws IOException, SQLException {
        double target = given > 0 ? given : search(instance, report, frames, first);
        while (true) {
            var runs = new ArrayList<Sustained.Run>();
            for (int run = 0; run < common.runs; run++) {
                runs.add(told(instance, report, target, frames, seconds));
            }
            var sustained = new Sustained(target, frames, runs);
            report.tell(sustained.summary());
            if (sustained.isHeld() || given > 0 || target < first * LEAST) {
                return sustained;
            }
            target /= STEP;
        }
    }

    private double search(Instance instance, Report report, int frames, int first) throws IOException, SQLException {
        double target = first;
        while (!holds(instance, report, target, frames) && target >= first * LEAST) {
            target /= STEP;
        }
        while (holds(instance, report, target * STEP, frames)) {
            target *= STEP;
        }
        return target;
    }

    private boolean holds(Instance instance, Report report, double messages, int frames)
            throws IOException, SQLException {
        Sustained.Run run = told(instance, report, messages, frames, Math.max(1, seconds / 3));
        return new Sustained(messages, frames, List.of(run)).isHeld();
    }

    private Sustained.Run told(Instance instance, Report report, double messages, int frames, int length)
            throws IOException, SQLException {
        Sustained.Run run = attempt(instance, messages, frames, length);
        report.tell(String.format(
                Locale.ROOT,
                "%,.0f messages/s of %d frames for %d s: %,.0f frames/s, empty after %.2f s: %s",
                messages,
                frames,
                length,
                run.framesPerSecond(),
                Sustained.seconds(run.drain()),
                new Sustained(messages, frames, List.of(run)).isHeld() ? "held" : "not held"));
        return run;
    }

    private Sustained.Run attempt(Instance instance, double messages, int frames, int length)
            throws IOException, SQLException {
        try (MqttPublisher publisher = instance.publisher(Instance.names("bench-", devices));
                var store = new Store(instance)) {
            MqttPublisher.Result sent = publisher.run(messages, frames, Duration.ofSeconds(length));
            Duration drain = store.awaitLast(publisher.devices(), sent.endedAt(), DRAIN_LIMIT);
            for (MqttDevice device : publisher.devices()) {
                store.check(device.name(), device.epoch(), device.sent());
            }
            return new Sustained.Run(sent.framesPerSecond(), drain);
        }
    }
}
