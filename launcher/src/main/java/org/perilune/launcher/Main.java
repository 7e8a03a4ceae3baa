package org.perilune.launcher;

import java.util.Objects;
import org.perilune.backup.BackupException;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.embedded.host.BackendsException;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.process.Logging;
import org.perilune.launcher.replay.ReplayCommand;
import org.perilune.launcher.timeline.ImportTimelineCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line. Exit status: 0 done, 1 failed, 2 wrong use, 130 interrupted. */
@Command(
        name = "perilune",
        description = "Mission control for fleets of remote machines.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Also, by the script: test (runs every test), soak (the tests that kill, for longer), bench (measures), build.",
            "./perilune COMMAND --help tells more."
        },
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            TokenCommand.class,
            DeviceCommand.class,
            ReplayCommand.class,
            ImportTimelineCommand.class,
            RebuildCommand.class,
            DeadLettersCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            ExportCommand.class,
            RunCommand.class,
            CheckCommand.class,
            TrainCommand.class,
            VersionCommand.class
        })
public final class Main {
    private static final int FAILED = 1;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Shows stack traces and what libraries log")
    private boolean debug;

    private Main() {}

    public static void main(String... arguments) {
        Carriers.provide();
        System.exit(execute(arguments));
    }

    public static int execute(String... arguments) {
        var main = new Main();
        return new CommandLine(main)
                .setExecutionStrategy(parsed -> {
                    Logging.quiet(main.debug);
                    return new CommandLine.RunLast().execute(parsed);
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(sentence(failure));
                    if (main.debug) {
                        failure.printStackTrace(command.getErr());
                    }
                    return FAILED;
                })
                .execute(arguments);
    }

    /** What a person can use; our own failures are worded for that. */
    private static String sentence(Throwable failure) {
        boolean worded = failure instanceof LauncherException
                || failure instanceof BackupException
                || failure instanceof BackendsException
                || failure instanceof InvalidSettings
                || failure instanceof ServiceException
                || failure instanceof IllegalStateException;
        String message = Objects.requireNonNullElse(failure.getMessage(), "");
        return worded && !message.isEmpty() ? message : "It failed: " + failure + " (--debug shows more)";
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"perilune " + VersionCommand.version()};
        }
    }
}
