package org.perilune.launcher;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.StateFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "down", description = "Stops what runs in the home, and returns when it has ended.")
final class DownCommand implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 20;

    @Mixin
    private HomeOption where = new HomeOption();

    @Override
    public Integer call() throws InterruptedException {
        Home home = where.home();
        Optional<StateFile> state = StateFile.read(home);
        if (state.isEmpty()) {
            System.out.println("Nothing is running in " + home.folder());
            return 0;
        }
        Optional<ProcessHandle> process = state.get().process();
        if (process.isEmpty()) {
            StateFile.delete(home);
            System.out.println("Nothing is running in " + home.folder() + ": process "
                    + state.get().pid() + " ended without being stopped. ./perilune up stops what it may have left"
                    + " behind, and keeps all data");
            return 0;
        }
        long began = System.nanoTime();
        process.get().destroy();
        try {
            process.get().onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            throw new LauncherException(
                    "Process " + process.get().pid() + " has not ended after " + PATIENCE_SECONDS + " s; its log is "
                            + home.log() + ", and kill -9 is safe: nothing acknowledged is lost",
                    slow);
        } catch (ExecutionException failure) {
            throw new LauncherException("Could not wait for the process to end", failure);
        }
        System.out.printf(Locale.ROOT, "Stopped after %.1f s%n", (System.nanoTime() - began) / 1e9);
        return 0;
    }
}
