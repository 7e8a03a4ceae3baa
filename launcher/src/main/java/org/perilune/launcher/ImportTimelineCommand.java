package org.perilune.launcher;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.ServiceClient;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-timeline",
        description = {
            "Puts a recorded mission's events on the timeline, counted from a new start.",
            "Run again with the same file, start, speed and device it adds nothing."
        })
final class ImportTimelineCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int MOST_NOTES = 20;

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(
            paramLabel = "FILE",
            description = {
                "CSV with a header row, or a ZIP archive that holds one: a column with the time since the start"
                        + " (get, elapsed: HH:MM:SS or seconds), one that says what happens (event, name), and if"
                        + " wanted command, parameters (JSON) and device"
            })
    private Path file = Path.of("");

    @Option(
            names = "--start",
            required = true,
            paramLabel = "INSTANT",
            description = "When the mission's clock is zero, such as 2026-11-21T12:00:00Z")
    private String start = "";

    @Option(names = "--speed", paramLabel = "N", description = "Of the mission's clock; 1, the default: as it was")
    private double speed = 1;

    @Option(names = "--device", paramLabel = "NAME", description = "Of events that name none in the file")
    @Nullable
    private String device;

    @Option(names = "--time-column", paramLabel = "C", description = "Header of the elapsed time; else guessed")
    @Nullable
    private String timeColumn;

    @Override
    public Integer call() throws InterruptedException {
        Instant zero = ReplayTime.parse(start)
                .orElseThrow(() -> new LauncherException(
                        "--start wants an instant such as 2026-11-21T12:00:00Z; not '" + start + "'"));
        var source = new ReplayFile(file);
        var plan = new TimelineImport.Plan(source.fingerprint(), zero, speed, device);
        TimelineTable table = TimelineTable.of(source, timeColumn);
        table.notes().stream().limit(MOST_NOTES).forEach(System.out::println);
        Home home = where.home();
        String token = Tokens.of(home, Role.OPERATOR.wireName());
        URI address = URI.create("http://127.0.0.1:" + StateFile.require(home).port(Topology.TIMELINE.name()));
        try (var timeline = ServiceClient.open(Topology.TIMELINE.name(), address, DEADLINE)) {
            var outcome = new TimelineImport(timeline, token, plan, System.out).send(table.rows());
            String sentence = outcome.fresh()
                    ? "%,d events of %s are on the timeline, from %s to %s%n"
                    : "All %,d events of %s were on the timeline before, from %s to %s; nothing was added%n";
            System.out.printf(sentence, outcome.events(), source, outcome.first(), outcome.last());
        }
        return 0;
    }
}
