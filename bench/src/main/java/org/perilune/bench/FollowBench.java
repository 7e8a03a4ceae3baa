package org.perilune.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.MqttPublisher;
import org.perilune.bench.observe.StreamFollower;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "follow",
        description = "Publish to a program that follows GET /stream: one that keeps up, and one that is too slow.")
final class FollowBench implements Callable<Integer> {
    private static final int DEVICES = 100;
    private static final long UNLIMITED = 0;
    /** Less than half of what 10,000 messages a second are. */
    private static final long SLOW_BYTES_PER_SECOND = 1_500_000;

    @Mixin
    private Common common = new Common();

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 15;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.tell("Warming up");
        run(instance, report, 4_000, UNLIMITED);
        List<Histogram> thousand = runs(instance, report, 1_000, UNLIMITED);
        report.atMost("publish to follower, 1,000 messages/s, half", at(thousand, 50), 2, "ms", 2);
        report.atMost("publish to follower, 1,000 messages/s, 99 of 100", at(thousand, 99), 2, "ms", 15);
        List<Histogram> many = runs(instance, report, 10_000, UNLIMITED);
        report.value("publish to follower, 10,000 messages/s, half", at(many, 50), 2, "ms");
        report.value("publish to follower, 10,000 messages/s, 99 of 100", at(many, 99), 2, "ms");
        report.atMost("publish to follower, 10,000 messages/s, most", at(many, 100), 1, "ms", 250);
        List<Histogram> slow = runs(instance, report, 10_000, SLOW_BYTES_PER_SECOND);
        report.atMost("the same, a follower that reads 1.5 MB/s, most", at(slow, 100), 1, "ms", 250);
    }

    private List<Histogram> runs(Instance instance, Report report, int rate, long bytesPerSecond) throws Exception {
        var runs = new ArrayList<Histogram>();
        for (int run = 0; run < common.runs; run++) {
            runs.add(run(instance, report, rate, bytesPerSecond));
        }
        return runs;
    }

    private static Figures at(List<Histogram> runs, double percentile) {
        return new Figures(runs.stream()
                .map(run -> run.getValueAtPercentile(percentile) / 1000.0)
                .toList());
    }

    private Histogram run(Instance instance, Report report, int rate, long bytesPerSecond) throws Exception {
        try (MqttPublisher publisher = instance.publisher(Instance.names("follow-", DEVICES));
                var follower = new StreamFollower(instance, bytesPerSecond)) {
            publisher.run(rate, 1, Duration.ofSeconds(2));
            follower.startCounting();
            publisher.run(rate, 1, Duration.ofSeconds(seconds));
            Histogram ages = follower.finish();
            report.tell("%d messages/s: %d frames given, %d skipped, at most %.1f ms old"
                    .formatted(rate, ages.getTotalCount(), follower.skipped(), ages.getMaxValue() / 1000.0));
            if (bytesPerSecond != UNLIMITED && follower.skipped() == 0) {
                throw new BenchException("The slow follower kept up: it measures nothing");
            }
            return ages;
        }
    }
}
