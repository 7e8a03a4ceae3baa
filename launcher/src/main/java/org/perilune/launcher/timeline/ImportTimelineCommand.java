package org.perilune.launcher.timeline;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.home.Tokens;
import org.perilune.launcher.table.Count;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-timeline",
        description = {
            "Puts a recorded mission's events on the timeline, counted from a new start.",
            "Run again with the same file, start, speed and device it adds nothing.",
            "Exit status 1 if any row is not on the timeline."
        })
public final class ImportTimelineCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int MOST_NOTES = 20;

    @Mixin
    private HomeOption where = new HomeOption();

    @Parameters(
            paramLabel = "FILE",
            description = {
                "A table (CSV), or a ZIP archive or .gz that holds one: a column with the time since the start"
                        + " (get, elapsed: HH:MM:SS, 1/02:03:04 or seconds), one that says what happens (event, name), and if"
                        + " wanted command, parameters (JSON) and device"
            })
    private Path file = Path.of("");

    @Option(
            names = "--start",
            required = true,
            paramLabel = "INSTANT",
            description =
                    "When the mission's clock is zero, or the first event where the file has dates; such as 2026-11-21T12:00:00Z")
    private String start = "";

    @Option(names = "--speed", paramLabel = "N", description = "Of the mission's clock; 1, the default: as it was")
    private double speed = 1;

    @Option(names = "--device", paramLabel = "NAME", description = "Of events that name none in the file")
    @Nullable
    private String device;

    @Mixin
    private TableOptions options = new TableOptions();

    @Option(names = "--dry-run", description = "Tells what the file is understood to hold, and sends nothing")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        Instant zero = Objects.requireNonNull(TableOptions.start(start));
        var source = new TableFile(file);
        var plan = new TimelineImport.Plan(source.fingerprint(options.key()), zero, speed, device);
        TimelineTable table = TimelineTable.of(source, options);
        table.described().forEach(System.out::println);
        table.notes().stream().limit(MOST_NOTES).forEach(System.out::println);
        if (table.notes().size() > MOST_NOTES) {
            System.out.printf("and %,d more such lines%n", table.notes().size() - MOST_NOTES);
        }
        int status = table.leftOut() == 0 ? 0 : 1;
        if (dryRun) {
            table.rows().forEach(plan::time);
            System.out.println(Count.of(table.rows().size(), "event") + " would be put on the timeline; "
                    + Count.are(table.leftOut(), "row") + " left out. Nothing was sent");
            return status;
        }
        Home home = where.home();
        String token = Tokens.of(home, Role.OPERATOR.wireName());
        URI address = URI.create("http://127.0.0.1:" + StateFile.require(home).port(Topology.TIMELINE.name()));
        try (var timeline = ServiceClient.open(Topology.TIMELINE.name(), address, DEADLINE)) {
            var outcome = new TimelineImport(timeline, token, plan, System.out).send(table.rows());
            String sentence = outcome.fresh()
                    ? "%s on the timeline, from %s to %s; %s left out%n"
                    : "%s on the timeline since before, from %s to %s; nothing was added, %s left out%n";
            System.out.printf(
                    sentence,
                    Count.are(outcome.events(), "event"),
                    outcome.first(),
                    outcome.last(),
                    Count.were(table.leftOut(), "row"));
        }
        return status;
    }
}
