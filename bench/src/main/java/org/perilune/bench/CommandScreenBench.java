package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.observe.Screen;
import org.perilune.bench.report.BenchException;
import org.perilune.bench.report.Figures;
import org.perilune.bench.report.Report;
import org.perilune.contracts.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "command-screen",
        description = "POST /dispatch, the lunar module executes, and the page Commands in a real Chromium reads"
                + " completed.")
final class CommandScreenBench implements Callable<Integer> {
    private static final String LOOK = """
            (body, tell) => {
              for (const row of body.rows) {
                if (!row.dataset.benchSeen && /completed/.test(row.textContent)) {
                  row.dataset.benchSeen = 'yes';
                  tell(row.dataset.id);
                }
              }
            }""";

    @Mixin
    private Common common = new Common();

    /** Not a part of the screen's 60 a second: else every command would wait equally long for its frame. */
    @Option(names = "--rate", description = "Commands a second (default: ${DEFAULT-VALUE})")
    private double rate = 4.7;

    @Option(names = "--commands", description = "Commands a run (default: ${DEFAULT-VALUE})")
    private int commands = 100;

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws Exception {
        return common.measure(this::measure);
    }

    void measure(Instance instance, Report report) {
        var half = new ArrayList<Double>();
        var most = new ArrayList<Double>();
        try (Screen screen = Screen.open(instance, "/commands", List.of("#history-title", "#link.alive"))) {
            report.tell("Warming up");
            run(instance, report, screen);
            for (int run = 0; run < common.runs; run++) {
                Histogram millis = run(instance, report, screen);
                half.add((double) millis.getValueAtPercentile(50));
                most.add((double) millis.getValueAtPercentile(99));
            }
        }
        report.value("dispatch to completed on the screen, half", new Figures(half), 0, "ms");
        report.atMost("dispatch to completed on the screen, 99 of 100", new Figures(most), 0, "ms", 300);
        report.note("From before the request to the picture with the word completed; the browser runs on the same"
                + " cores, and its clock ticks in milliseconds.");
    }

    private Histogram run(Instance instance, Report report, Screen screen) {
        screen.watch("document.querySelector('#history')", LOOK);
        Map<String, Long> dispatched = dispatch(instance);
        screen.settle();
        screen.settle();
        var millis = new Histogram(3);
        for (Screen.Seen seen : screen.seen()) {
            Long at = dispatched.remove(seen.what());
            if (at != null) {
                millis.recordValue(Math.max(0, seen.millis() - at));
            }
        }
        report.tell("%d commands, half after %d ms, at most after %d ms"
                .formatted(commands, millis.getValueAtPercentile(50), millis.getMaxValue()));
        if (!dispatched.isEmpty()) {
            throw new BenchException("Of " + commands + " commands " + dispatched.size() + " were not seen completed");
        }
        return millis;
    }

    /** @return when each was asked for, by id */
    private Map<String, Long> dispatch(Instance instance) {
        Optional<String> token = Optional.of(instance.token("operator"));
        var request = Map.of("command_type", "SET_REPORT_INTERVAL", "parameters", Map.of("interval", 1));
        var dispatched = new HashMap<String, Long>();
        try (var dispatcher = instance.client(Topology.COMMAND_DISPATCHER)) {
            long began = System.nanoTime();
            for (int number = 0; number < commands; number++) {
                LockSupport.parkNanos(began + (long) (number / rate * 1e9) - System.nanoTime());
                long at = clock.millis();
                JsonNode command = dispatcher.post("/dispatch", token, request, JsonNode.class);
                dispatched.put(command.path("id").asText(), at);
            }
        }
        return dispatched;
    }
}
