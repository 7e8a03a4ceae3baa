package org.perilune.launcher;

import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Callable;
import org.perilune.chassis.logging.Logging;
import org.perilune.launcher.home.FreePorts;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.Progress;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.process.Foreground;
import org.perilune.launcher.process.LaunchPlan;
import org.perilune.launcher.process.ServiceDefinitions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Starts the backing servers and every service in one process.")
final class UpCommand implements Callable<Integer> {
    @Mixin
    private HomeOption where = new HomeOption();

    @Mixin
    private HomeOption.WithSettings settings = new HomeOption.WithSettings();

    @Option(names = "--detach", description = "Returns when everything is ready and leaves it running")
    private boolean detach;

    /** What {@code --detach} starts: it speaks into a file, so it says no password. */
    @Option(names = "--detached", hidden = true)
    private boolean detached;

    @Option(
            names = "--without",
            paramLabel = "SERVICE",
            split = ",",
            description = "Leaves services out, to run them beside it with ./perilune run SERVICE --beside")
    private Set<String> without = Set.of();

    @Override
    public Integer call() {
        without.forEach(ServiceDefinitions::named);
        Home home = where.home();
        LaunchPlan plan = LaunchPlan.read(home, settings.user(home));
        StateFile.living(home).ifPresent(state -> {
            throw new LauncherException("The home " + home.folder() + " is in use by another Perilune (process "
                    + state.pid() + "); stop that one with ./perilune down, or choose another home with --home");
        });
        home.requireWholeData();
        if (detach) {
            FreePorts.require(plan.ports(), without);
            Detached.start(home, settings, without);
            return 0;
        }
        home.make();
        Logging.intoFile(home.log());
        var progress = new Progress(System.out);
        new Foreground(plan, without, progress)
                .run(Clock.systemUTC(), detached ? Foreground.Summary.SHORT : Foreground.Summary.FULL);
        return 0;
    }
}
