package org.perilune.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.perilune.contracts.Topology;
import org.perilune.launcher.home.Home;
import org.perilune.launcher.home.HomeOption;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.home.StateFile;
import org.perilune.launcher.process.Foreground;

/** Starts an instance in a process of its own, shows what it says until it is ready, and leaves it running. */
final class Detached {
    private static final long POLL_MILLIS = 50;

    private Detached() {}

    static void start(Home home, HomeOption.WithSettings settings, Set<String> without) {
        home.make();
        var ready = new AtomicBoolean();
        try {
            Files.writeString(home.output(), "");
            Process process = new ProcessBuilder(command(home, settings, without))
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(home.output().toFile())
                    .start();
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("give-up").unstarted(() -> {
                        if (!ready.get()) {
                            process.destroy();
                        }
                    }));
            follow(home, process, ready);
        } catch (IOException failure) {
            throw new LauncherException("A process could not be started: " + failure, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LauncherException("Stopped while starting", interrupted);
        }
    }

    private static void follow(Home home, Process process, AtomicBoolean ready)
            throws IOException, InterruptedException {
        try (BufferedReader said = Files.newBufferedReader(home.output())) {
            while (true) {
                boolean alive = process.isAlive();
                Optional<StateFile> state =
                        StateFile.living(home).filter(found -> found.pid() == process.pid() && found.ready());
                for (String line = said.readLine(); line != null; line = said.readLine()) {
                    System.out.println(line);
                }
                if (state.isPresent()) {
                    ready.set(true);
                    int console = state.get().port(Topology.CONSOLE.name());
                    System.out.println(Foreground.greeting(home, console, "./perilune down"));
                    return;
                }
                if (!alive) {
                    throw new LauncherException(
                            "Perilune did not start; what it said is above, its log is " + home.log());
                }
                process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static List<String> command(Home home, HomeOption.WithSettings settings, Set<String> without) {
        var command = new ArrayList<>(ownSession());
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("up", "--detached", "--home", home.folder().toString()));
        if (settings.config != null) {
            command.addAll(List.of("--config", settings.config.toString()));
        }
        settings.assignments.forEach(assignment -> command.addAll(List.of("--set", assignment)));
        without.forEach(service -> command.addAll(List.of("--without", service)));
        return command;
    }

    /** So that closing the terminal does not end it. Both keep the pid. */
    private static List<String> ownSession() {
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            return List.of("/usr/bin/setsid");
        }
        return Files.isExecutable(Path.of("/usr/bin/perl"))
                ? List.of("/usr/bin/perl", "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV")
                : List.of();
    }
}
