package org.perilune.bench;

import org.perilune.bench.report.BenchException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./perilune bench}. Exit status: 0 measured, 1 could not be measured, 2 wrong use. */
@Command(
        name = "perilune bench",
        description = "Measures what Perilune promises, on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        subcommands = {
            DownlinkBench.class,
            LatencyBench.class,
            FollowBench.class,
            ScreenBench.class,
            ReadsBench.class,
            PlotsBench.class,
            CommandsBench.class,
            CommandScreenBench.class,
            TimelineBench.class,
            FlightLogBench.class,
            EventsBench.class,
            BackupBench.class,
            StartBench.class,
            MemoryBench.class,
            AllBench.class
        })
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        int status = new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof BenchException) {
                        command.getErr().println(failure.getMessage());
                    } else {
                        failure.printStackTrace(command.getErr());
                    }
                    return 1;
                })
                .execute(arguments);
        System.exit(status);
    }
}
