package org.perilune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Topology;

/** The house rules that only sources can tell. */
final class SourceRulesTest {
    private static final int LONGEST_CLASS_LINES = 300;
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    /** Longer classes, each with its reason. */
    private static final Map<String, String> LONGER = Map.of();

    @Test
    void classesAreShort() {
        List<String> longer = sources("src/main/java")
                .filter(file -> !LONGER.containsKey(file.getFileName().toString()))
                .map(file -> file.getFileName() + ": " + lines(file).size())
                .filter(count -> Integer.parseInt(count.substring(count.indexOf(' ') + 1)) > LONGEST_CLASS_LINES)
                .toList();
        assertThat(longer).isEmpty();
    }

    @Test
    void testsDoNotSleep() {
        String sleeping = "Thread." + "sleep(";
        List<String> sleepers = sources("src/test/java")
                .filter(file -> lines(file).stream().anyMatch(line -> line.contains(sleeping)))
                .map(file -> file.getFileName().toString())
                .toList();
        assertThat(sleepers).isEmpty();
    }

    /** How long something takes here says nothing of the next machine: wait for conditions, measure in bench. */
    @Test
    void testsAssertNoDurations() {
        List<String> timed = sources("src/test/java")
                .flatMap(file -> MeasuredTime.assertions(lines(file)).stream()
                        .map(statement -> file.getFileName() + ": " + statement))
                .toList();
        assertThat(timed).isEmpty();
    }

    @Test
    void diagramIsTheTopology() throws IOException {
        assertThat(Files.readString(PROJECT.resolve("docs/architecture.md"))).contains(Diagram.of(Topology.SERVICES));
    }

    private static Stream<Path> sources(String below) {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains(below))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
            assertThat(found).isNotEmpty();
            return found.stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
