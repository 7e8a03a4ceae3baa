package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "timeline",
        description = "How late a due event's command is, with many events on the timeline: from the event's time to"
                + " the command's row at the dispatcher.")
final class TimelineBench implements Callable<Integer> {
    private static final int PAGE = 1_000;
    private static final Duration LEAD = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final long POLL_NANOS = 200_000_000;
    private static final long SEED = 11;

    @Mixin
    private Common common = new Common();

    @Option(names = "--events", description = "Events on the timeline (default: ${DEFAULT-VALUE})")
    private int events = 100_000;

    @Option(names = "--due", description = "Events that fall due in a run, at most 1000 (default: ${DEFAULT-VALUE})")
    private int due = 60;

    @Option(names = "--seconds", description = "In which they fall due (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    private final Clock clock = Clock.systemUTC();
    private final Random random = new Random(SEED);

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        try (var timeline = instance.client(Topology.TIMELINE);
                var dispatcher = instance.client(Topology.COMMAND_DISPATCHER)) {
            seed(instance, timeline, report);
            report.tell("Warming up");
            run(instance, timeline, dispatcher, report);
            var half = new ArrayList<Double>();
            var most = new ArrayList<Double>();
            for (int run = 0; run < common.runs; run++) {
                Histogram micros = run(instance, timeline, dispatcher, report);
                half.add(micros.getValueAtPercentile(50) / 1000.0);
                most.add(micros.getMaxValue() / 1000.0);
            }
            report.value("a due event's command is late, half", new Figures(half), 1, "ms");
            report.atMost("a due event's command is late, most", new Figures(most), 1, "ms", 100);
            report.note("With %,d events on the timeline.".formatted(events));
        }
    }

    /** Over a year from tomorrow on. */
    private void seed(Instance instance, ServiceClient timeline, Report report) {
        report.tell("Putting %,d events on the timeline".formatted(events));
        Instant from = clock.instant().plus(Duration.ofDays(1));
        long stepSeconds = Duration.ofDays(365).toSeconds() / Math.max(1, events);
        for (int first = 0; first < events; first += PAGE) {
            var page = new ArrayList<Map<String, Object>>();
            for (int number = first; number < Math.min(events, first + PAGE); number++) {
                page.add(event("Event " + number, from.plusSeconds(number * stepSeconds)));
            }
            post(instance, timeline, page);
        }
    }

    private static Map<String, Object> event(String name, Instant time) {
        return Map.of(
                "name",
                name,
                "time",
                time.toString(),
                "device",
                "lunar-module",
                "command",
                Map.of("command_type", "START_MISSION"));
    }

    private static List<JsonNode> post(Instance instance, ServiceClient timeline, List<Map<String, Object>> page) {
        var made = new ArrayList<JsonNode>();
        timeline.post("/inputs", Optional.of(instance.token("operator")), Map.of("events", page), JsonNode.class)
                .path("data")
                .forEach(made::add);
        return made;
    }

    private Histogram run(Instance instance, ServiceClient timeline, ServiceClient dispatcher, Report report) {
        Instant from = clock.instant().plus(LEAD);
        var page = new ArrayList<Map<String, Object>>();
        for (int number = 0; number < due; number++) {
            page.add(event("Due " + number, from.plusMillis(random.nextLong(seconds * 1_000L))));
        }
        List<JsonNode> made = post(instance, timeline, page);
        LockSupport.parkNanos(LEAD.plusSeconds(seconds).toNanos());
        var micros = new Histogram(3);
        for (JsonNode event : made) {
            JsonNode launched =
                    awaitLaunched(instance, timeline, event.path("id").asText());
            JsonNode command = dispatcher.get(
                    "/commands/" + launched.path("command_id").asText(),
                    Optional.of(instance.token("viewer")),
                    JsonNode.class);
            Instant time = Instant.parse(launched.path("time").asText());
            Instant taken = Instant.parse(command.path("requested_at").asText());
            long late = Duration.between(time, taken).toNanos() / 1_000;
            if (late < 0) {
                throw new BenchException("An event was launched %d µs before its time".formatted(-late));
            }
            micros.recordValue(late);
        }
        report.tell("%d events launched, half %.1f ms late, at most %.1f ms"
                .formatted(due, micros.getValueAtPercentile(50) / 1000.0, micros.getMaxValue() / 1000.0));
        return micros;
    }

    private JsonNode awaitLaunched(Instance instance, ServiceClient timeline, String id) {
        long limit = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            JsonNode event = timeline.get("/data/" + id, Optional.of(instance.token("viewer")), JsonNode.class);
            String state = event.path("state").asText();
            if (state.equals("dispatched")) {
                return event;
            }
            if (System.nanoTime() - limit > 0 || state.equals("failed") || state.equals("missed")) {
                throw new BenchException("An event was not launched but is " + state + ": " + event.path("detail"));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
