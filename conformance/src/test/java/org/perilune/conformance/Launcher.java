package org.perilune.conformance;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the command line as the script does: with its options and, where everything is in jars, with a cache of
 * classes that is made before the first start. Without the cache a start takes twice the time of both cores.
 */
final class Launcher {
    private static final String MAIN = "org.perilune.launcher.Main";
    private static final Path TARGET = Path.of("target");
    private static final long TRAINING_MINUTES = 5;

    /** The script's. */
    private static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-Xms64m",
            "-Xmx320m",
            "-XX:MaxMetaspaceSize=192m",
            "-XX:ReservedCodeCacheSize=96m",
            "-Xss512k",
            "-XX:MaxDirectMemorySize=128m",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dfile.encoding=UTF-8",
            "-Djava.awt.headless=true",
            "-Dio.netty.allocator.numDirectArenas=2");

    /** The test's own without its tests: they bring a configuration of the log. */
    private static final List<String> CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
            .filter(entry -> Files.exists(Path.of(entry)))
            .toList();

    private static final List<String> CACHE = cache();

    private Launcher() {}

    /** What starts a command of the command line. */
    static List<String> command(String... words) {
        var command = java(CACHE);
        command.addAll(List.of(words));
        return command;
    }

    private static List<String> java(List<String> options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(options);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, CLASS_PATH), MAIN));
        return command;
    }

    /** The JVM keeps no classes of folders, such as those of modules that were compiled, but not packaged. */
    private static List<String> cache() {
        Path cache = TARGET.resolve("perilune.aot").toAbsolutePath();
        try {
            if (!CLASS_PATH.stream().allMatch(entry -> entry.endsWith(".jar"))) {
                return List.of();
            }
            if (!isMade(cache)) {
                return List.of();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("The training was interrupted", interrupted);
        }
        return List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off");
    }

    /** Made once, whichever of the test processes that run side by side comes first. */
    private static boolean isMade(Path cache) throws IOException, InterruptedException {
        try (var file = FileChannel.open(TARGET.resolve("perilune.aot.lock"), CREATE, WRITE);
                var _ = file.lock()) {
            return isFresh(cache) || train(cache);
        }
    }

    private static boolean isFresh(Path cache) throws IOException {
        if (!Files.exists(cache)) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(cache);
        for (String jar : CLASS_PATH) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(made) > 0) {
                return false;
            }
        }
        return true;
    }

    /** As the script's function of this name. */
    private static boolean train(Path cache) throws IOException, InterruptedException {
        Files.deleteIfExists(cache);
        Path home = Files.createTempDirectory("perilune-training");
        Path said = TARGET.resolve("training.log");
        var command = java(List.of("-XX:AOTCacheOutput=" + cache, "-XX:MaxMetaspaceSize=640m"));
        command.addAll(List.of("train", "--home", home.toString()));
        Process training = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean ended = training.waitFor(TRAINING_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            training.destroyForcibly().waitFor();
        }
        Folders.remove(home);
        boolean made = ended && Files.exists(cache);
        if (!made) {
            System.out.println("Starts will be slow, as no cache of classes could be made; see " + said);
        }
        return made;
    }
}
