package org.perilune.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "downlink",
        description = "Durable telemetry: MQTT QoS 1 publish to committed row, one and ten frames a message. A rate"
                + " counts when every frame is stored exactly once and nothing is left to do 2 s after the end.")
final class DownlinkBench implements Callable<Integer> {
    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(2);
    private static final double STEP = 1.1;
    private static final double HELD = 0.99;

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
        attempt(instance, 8_000, 1, warmUpSeconds / 2);
        attempt(instance, 4_000, 10, warmUpSeconds / 2);
        Figures one = sustained(instance, report, 1, rate, 14_000);
        Figures ten = sustained(instance, report, 10, rateTen, 7_000);
        var copies = new ArrayList<Double>();
        for (int run = 0; run < common.runs; run++) {
            copies.add(BareCopy.measure(instance, seconds / 2));
            report.tell(String.format(Locale.ROOT, "Bare COPY: %,.0f rows/s", copies.getLast()));
        }
        var copy = new Figures(copies);
        report.atLeast("durable telemetry, 1 frame a message", one, 0, "frames/s", 20_000);
        report.atLeast("durable telemetry, 10 frames a message", ten, 0, "frames/s", 110_000);
        report.value("bare COPY of the same rows, two connections", copy, 0, "rows/s");
        report.atLeast(
                "10 frames a message, of bare COPY", new Figures(List.of(ten.median() / copy.median())), 2, "", 0.4);
        report.note("The load generator runs on the same cores.");
    }

    private record Outcome(double framesPerSecond, Duration drain, boolean held) {
        boolean passed() {
            return held && drain.compareTo(DRAIN) <= 0;
        }
    }

    /** The highest rate of steps of a tenth that passes as often as asked. */
    private Figures sustained(Instance instance, Report report, int frames, int given, int first)
            throws IOException, SQLException {
        double target = given > 0 ? given : search(instance, report, frames, first);
        while (true) {
            var passed = new ArrayList<Double>();
            for (int run = 0; run < common.runs; run++) {
                Outcome outcome = told(instance, report, target, frames, seconds);
                if (!outcome.passed()) {
                    break;
                }
                passed.add(outcome.framesPerSecond());
            }
            if (passed.size() == common.runs) {
                return new Figures(passed);
            }
            if (given > 0) {
                throw new BenchException("The rate of " + given + " messages/s was not held");
            }
            target /= STEP;
        }
    }

    private double search(Instance instance, Report report, int frames, int first) throws IOException, SQLException {
        double target = first;
        while (!told(instance, report, target, frames, seconds / 3).passed()) {
            target /= STEP;
        }
        while (told(instance, report, target * STEP, frames, seconds / 3).passed()) {
            target *= STEP;
        }
        return target;
    }

    private Outcome told(Instance instance, Report report, double messages, int frames, int length)
            throws IOException, SQLException {
        Outcome outcome = attempt(instance, messages, frames, length);
        report.tell(String.format(
                Locale.ROOT,
                "%,.0f messages/s of %d frames for %d s: %,.0f frames/s, empty after %.2f s: %s",
                messages,
                frames,
                length,
                outcome.framesPerSecond(),
                outcome.drain().toMillis() / 1000.0,
                outcome.passed() ? "held" : "not held"));
        return outcome;
    }

    private Outcome attempt(Instance instance, double messages, int frames, int length)
            throws IOException, SQLException {
        try (MqttPublisher publisher = instance.publisher(Instance.names("bench-", devices));
                var store = new Store(instance)) {
            MqttPublisher.Result sent = publisher.run(messages, frames, Duration.ofSeconds(length));
            Duration drain = store.awaitLast(publisher.devices(), sent.endedAt(), DRAIN_LIMIT);
            for (MqttDevice device : publisher.devices()) {
                store.check(device.name(), device.epoch(), device.sent());
            }
            boolean held = sent.framesPerSecond() >= HELD * messages * frames;
            return new Outcome(sent.framesPerSecond(), drain, held);
        }
    }
}
