package org.perilune.bench;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.FrameTemplate;
import org.perilune.bench.load.MqttDevice;
import org.perilune.bench.load.MqttPublisher;
import org.perilune.bench.observe.Screen;
import org.perilune.bench.observe.Store;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "screen", description = "Publish to the value on the screen: the device's page in a real Chromium.")
final class ScreenBench implements Callable<Integer> {
    private static final String DEVICE = "screen";
    private static final double FEWEST_SEEN = 0.9;

    private static final String ALTITUDE = """
            [...document.querySelectorAll('#values tr')]
              .find((one) => one.querySelector('th').textContent === 'altitude').querySelector('.value')""";

    private static final String LOOK = "(cell, tell) => tell(cell.textContent)";

    @Mixin
    private Common common = new Common();

    /** Not a part of the screen's 60 a second: else every value would wait equally long for its frame. */
    @Option(names = "--rate", description = "Messages a second (default: ${DEFAULT-VALUE})")
    private double rate = 9.7;

    @Option(names = "--values", description = "Values a run, at most 999 (default: ${DEFAULT-VALUE})")
    private int values = 320;

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        if (values < 1 || values >= FrameTemplate.DISTINCT) {
            throw new BenchException("--values is to be 1 to " + (FrameTemplate.DISTINCT - 1));
        }
        report.tell("Warming up");
        publish(instance, 50).close();
        var half = new ArrayList<Double>();
        var most = new ArrayList<Double>();
        try (Screen screen = Screen.open(instance, "/devices/" + DEVICE, List.of("#values tr", "#link.alive"))) {
            run(instance, report, screen, 50);
            for (int run = 0; run < common.runs; run++) {
                Histogram millis = run(instance, report, screen, values);
                half.add((double) millis.getValueAtPercentile(50));
                most.add((double) millis.getValueAtPercentile(99));
            }
        }
        report.value("publish to the value on the screen, half", new Figures(half), 0, "ms");
        report.atMost("publish to the value on the screen, 99 of 100", new Figures(most), 0, "ms", 250);
        report.note("The browser runs on the same cores and draws without a graphics card; its clock ticks in"
                + " milliseconds.");
    }

    private Histogram run(Instance instance, Report report, Screen screen, int count) throws IOException, SQLException {
        screen.watch(ALTITUDE, LOOK);
        try (MqttPublisher publisher = publish(instance, count)) {
            screen.settle();
            Map<Long, Long> published = publishedMillis(instance, publisher);
            var millis = new Histogram(3);
            for (Screen.Seen seen : screen.seen()) {
                // See FrameTemplate: a tenth more with every seq.
                Long at = published.get(Math.round((Double.parseDouble(seen.what()) - 110) * 10));
                if (at != null) {
                    millis.recordValue(Math.max(0, seen.millis() - at));
                }
            }
            long sent = published.size();
            report.tell("%d values published, %d seen, at most after %d ms"
                    .formatted(sent, millis.getTotalCount(), millis.getMaxValue()));
            if (millis.getTotalCount() < FEWEST_SEEN * sent || millis.getTotalCount() > sent) {
                throw new BenchException("Of " + sent + " values " + millis.getTotalCount() + " were seen");
            }
            return millis;
        }
    }

    private MqttPublisher publish(Instance instance, int count) throws IOException {
        MqttPublisher publisher = instance.publisher(List.of(DEVICE));
        publisher.run(rate, 1, Duration.ofMillis((long) (count / rate * 1_000)));
        return publisher;
    }

    /** By seq: the publisher writes the time at which it publishes into the frame. */
    private static Map<Long, Long> publishedMillis(Instance instance, MqttPublisher publisher) throws SQLException {
        MqttDevice device = publisher.devices().getFirst();
        var published = new HashMap<Long, Long>();
        try (var store = new Store(instance)) {
            Duration _ = store.awaitLast(publisher.devices(), System.nanoTime(), Duration.ofSeconds(30));
            try (PreparedStatement query = store.connection().prepareStatement("""
                    select seq, (extract(epoch from device_time) * 1000)::bigint from frame
                    where device_id = (select id from device where name = ?) and epoch = ?""")) {
                query.setString(1, DEVICE);
                query.setLong(2, device.epoch());
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        published.put(rows.getLong(1), rows.getLong(2));
                    }
                }
            }
        }
        return published;
    }
}
