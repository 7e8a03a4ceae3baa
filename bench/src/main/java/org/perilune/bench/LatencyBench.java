package org.perilune.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.Micros;
import org.perilune.bench.load.MqttPublisher;
import org.perilune.bench.observe.Store;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "latency",
        description =
                "Publish to committed row at 1,000 messages/s: a second connection asks every half millisecond for"
                        + " new rows of one of the devices.")
final class LatencyBench implements Callable<Integer> {
    private static final int DEVICES = 64;
    private static final long PAUSE_NANOS = 500_000;

    @Mixin
    private Common common = new Common();

    @Option(names = "--rate", description = "Messages a second (default: ${DEFAULT-VALUE})")
    private int rate = 1_000;

    @Option(names = "--seconds", description = "Length of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        report.tell("Warming up");
        run(instance, rate, 1, seconds);
        var half = new ArrayList<Double>();
        var most = new ArrayList<Double>();
        for (int run = 0; run < common.runs; run++) {
            Histogram micros = run(instance, rate, 1, seconds);
            half.add(micros.getValueAtPercentile(50) / 1000.0);
            most.add(micros.getValueAtPercentile(99) / 1000.0);
        }
        String figure = "publish to committed row, %,d messages/s, ".formatted(rate);
        report.value(figure + "half", new Figures(half), 2, "ms");
        report.atMost(figure + "99 of 100", new Figures(most), 2, "ms", 25);
        report.note(
                "Seen by a query that is repeated half a millisecond after its answer: the figures are too high by up to"
                        + " that and one query.");
    }

    /**
     * From publishing to the row, of one of the devices.
     *
     * @param rate messages a second
     * @param frames in each
     */
    static Histogram run(Instance instance, int rate, int frames, int length) throws Exception {
        var names = Instance.names("latency-", DEVICES);
        try (MqttPublisher publisher = instance.publisher(names)) {
            var over = new AtomicBoolean();
            long epoch = publisher.devices().getFirst().epoch();
            CompletableFuture<Histogram> watching =
                    CompletableFuture.supplyAsync(() -> watch(instance, names.getFirst(), epoch, over));
            publisher.run(rate, frames, Duration.ofSeconds(length));
            try (var store = new Store(instance)) {
                Duration _ = store.awaitLast(publisher.devices(), System.nanoTime(), Duration.ofSeconds(30));
            }
            over.set(true);
            return watching.join();
        }
    }

    private static Histogram watch(Instance instance, String device, long epoch, AtomicBoolean over) {
        var micros = new Histogram(3);
        long seen = 0;
        try (Connection connection = instance.database();
                PreparedStatement query = connection.prepareStatement("""
                        select seq, (extract(epoch from device_time) * 1000000)::bigint from frame
                        where device_id = (select id from device where name = ?) and epoch = ? and seq > ?
                        order by seq""")) {
            while (!over.get()) {
                query.setString(1, device);
                query.setLong(2, epoch);
                query.setLong(3, seen);
                try (ResultSet rows = query.executeQuery()) {
                    long now = Micros.now();
                    while (rows.next()) {
                        seen = rows.getLong(1);
                        micros.recordValue(Math.max(0, now - rows.getLong(2)));
                    }
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (SQLException failure) {
            throw new BenchException("The watching connection failed: " + failure.getMessage(), failure);
        }
        if (micros.getTotalCount() == 0) {
            throw new BenchException("Not one row came");
        }
        return micros;
    }
}
