package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.load.HttpLoad;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.bench.seed.SeededLog;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "flight-log",
        description = "Comments from their request until query shows them approved; the read model rebuilt from a large"
                + " log; GET /posts of what it then holds. The log is written straight into event-bus's database.")
final class FlightLogBench implements Callable<Integer> {
    private static final int WARM_UP_SECONDS = 10;
    private static final int PAGE = 100;
    private static final long POLL_NANOS = 200_000_000;
    private static final Duration MOST_REBUILD = Duration.ofMinutes(15);
    private static final Duration MOST_INDEXING = Duration.ofMinutes(5);

    @Mixin
    private Common common = new Common();

    @Option(names = "--rate", description = "Comments a second (default: ${DEFAULT-VALUE})")
    private double rate = 10;

    @Option(names = "--seconds", description = "Length of a run of comments (default: ${DEFAULT-VALUE})")
    private int seconds = 30;

    @Option(
            names = "--posts",
            description = "Entries in the log; 0: the log as it is, not rebuilt (default: ${DEFAULT-VALUE})")
    private int posts = 100_000;

    @Option(names = "--comments-each", description = "On each, on average (default: ${DEFAULT-VALUE})")
    private int commentsEach = 10;

    @Option(names = "--rebuilds", description = "How often the model is rebuilt (default: ${DEFAULT-VALUE})")
    private int rebuilds = 3;

    @Option(names = "--connections", description = "Of those who read (default: ${DEFAULT-VALUE})")
    private int connections = 16;

    @Option(names = "--read-seconds", description = "Length of a run of reads (default: ${DEFAULT-VALUE})")
    private int readSeconds = 10;

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) throws Exception {
        comments(instance, report);
        try (var query = instance.client(Topology.QUERY)) {
            if (posts > 0) {
                rebuilds(instance, query, report, written(instance, report));
                awaitIndexed(instance, query, report);
            }
            reads(instance, query, report);
        }
    }

    private long written(Instance instance, Report report) throws Exception {
        report.tell("Writing a log of %,d entries with %,d comments".formatted(posts, posts * commentsEach));
        long events = new SeededLog(posts, commentsEach, clock.instant()).write(instance);
        report.note(("The log has %,d events, written by COPY into event-bus's database: each comment is created and"
                        + " approved, there are no other events between; %d comments an entry on average.")
                .formatted(events, commentsEach));
        return events;
    }

    private void comments(Instance instance, Report report) {
        var half = new ArrayList<Double>();
        var slow = new ArrayList<Double>();
        try (var bench = new CommentBench(instance)) {
            report.tell("Warming up");
            bench.run(rate, Math.min(WARM_UP_SECONDS, seconds));
            for (int run = 0; run < common.runs; run++) {
                Histogram micros = bench.run(rate, seconds);
                half.add(micros.getValueAtPercentile(50) / 1000.0);
                slow.add(micros.getValueAtPercentile(99) / 1000.0);
                report.tell("%d comments, half after %.1f ms, at most after %.1f ms"
                        .formatted(micros.getTotalCount(), half.getLast(), micros.getMaxValue() / 1000.0));
            }
        }
        report.value("comment to approved in query, half", new Figures(half), 1, "ms");
        report.atMost("comment to approved in query, 99 of 100", new Figures(slow), 1, "ms", 150);
        report.note("Comments: %.0f a second, from before the request to the entry in query's stream.".formatted(rate));
    }

    private void rebuilds(Instance instance, ServiceClient query, Report report, long events) {
        var rates = new ArrayList<Double>();
        for (int run = 0; run < rebuilds; run++) {
            JsonNode done = rebuild(instance, query);
            Instant started = Instant.parse(done.path("started_at").asText());
            Instant finished = Instant.parse(done.path("finished_at").asText());
            long taken = done.path("events").asLong();
            if (taken < events) {
                throw new BenchException("Of %,d events the rebuild took %,d".formatted(events, taken));
            }
            rates.add(taken / (Duration.between(started, finished).toMillis() / 1e3));
            report.tell("Rebuilt of %,d events: %,.0f/s".formatted(taken, rates.getLast()));
        }
        report.atLeast("rebuild of the read model", new Figures(rates), 0, "events/s", 20_000);
    }

    private static JsonNode rebuild(Instance instance, ServiceClient query) {
        long limit = System.nanoTime() + MOST_REBUILD.toNanos();
        var begun = query.exchange("POST", "/rebuild", Optional.of(instance.token("administrator")), Optional.empty());
        if (begun.status() != 202) {
            throw new BenchException("The rebuild did not begin: " + begun.status());
        }
        while (true) {
            JsonNode state = query.get("/rebuild", Optional.of(instance.token("viewer")), JsonNode.class);
            switch (state.path("state").asText()) {
                case "done" -> {
                    return state;
                }
                case "running" -> LockSupport.parkNanos(POLL_NANOS);
                default -> throw new BenchException("The rebuild came to nothing: " + state);
            }
            if (System.nanoTime() - limit > 0) {
                throw new BenchException("The rebuild takes too long: " + state);
            }
        }
    }

    /** The index that a rebuild leaves behind is filled on the same cores. */
    private static void awaitIndexed(Instance instance, ServiceClient query, Report report) {
        report.tell("Waiting until the search index has the whole log");
        long limit = System.nanoTime() + MOST_INDEXING.toNanos();
        while (!engine(instance, query).equals("opensearch")) {
            if (System.nanoTime() - limit > 0) {
                report.note("OpenSearch was away, or still being filled, while GET /posts was measured.");
                return;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static String engine(Instance instance, ServiceClient query) {
        return query.get("/search?q=terminator&limit=1", Optional.of(instance.token("viewer")), JsonNode.class)
                .path("engine")
                .asText();
    }

    private void reads(Instance instance, ServiceClient query, Report report) throws Exception {
        List<String> pages = new ArrayList<>(pages(instance, query));
        report.tell("Reading the first page and %,d others".formatted(pages.size()));
        // Every second request is for the first page, the others for any.
        pages.addAll(Collections.nCopies(Math.max(1, pages.size()), "/posts"));
        var load = new HttpLoad(instance.servicePort(Topology.QUERY.name()), pages, instance.token("viewer"));
        HttpLoad.Result warm = load.run(connections, Duration.ofSeconds(readSeconds));
        report.tell("GET /posts warm-up: %.0f/s".formatted(warm.perSecond()));
        var rates = new ArrayList<Double>();
        var slow = new ArrayList<Double>();
        for (int run = 0; run < common.runs; run++) {
            HttpLoad.Result result = load.run(connections, Duration.ofSeconds(readSeconds));
            rates.add(result.perSecond());
            slow.add(result.micros().getValueAtPercentile(99) / 1000.0);
        }
        report.atLeast("GET /posts, 20 entries with comments", new Figures(rates), 0, "requests/s", 3_000);
        report.atMost("the same, 99 of 100", new Figures(slow), 1, "ms", 20);
        report.note("GET /posts: half of the requests for the first page, half for pages at random in the whole log;"
                + " %d connections of a client on the same cores.".formatted(connections));
    }

    /** Where pages begin, over the whole log. */
    private static List<String> pages(Instance instance, ServiceClient query) {
        var pages = new ArrayList<String>();
        Optional<String> token = Optional.of(instance.token("viewer"));
        JsonNode page = query.get("/posts?limit=" + PAGE, token, JsonNode.class);
        while (!page.path("next").isNull()) {
            String cursor = URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8);
            pages.add("/posts?cursor=" + cursor);
            page = query.get("/posts?limit=" + PAGE + "&cursor=" + cursor, token, JsonNode.class);
        }
        return pages;
    }
}
