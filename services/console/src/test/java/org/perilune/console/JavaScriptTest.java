package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Runs what the scripts' own tests say of them, by the test runner of Node, where this machine has one. */
final class JavaScriptTest {
    private static final Path TESTS = Path.of("src/test/js");

    @Test
    void scriptsPassTheirOwnTests() throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(node(), "--test"));
        try (var files = Files.list(TESTS)) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".test.js"))
                    .sorted()
                    .forEach(command::add);
        }
        assertThat(command).hasSizeGreaterThan(2);
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        run.getOutputStream().close();
        String said = new String(run.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
    }

    /** Skips the tests where there is none, except in CI. Nobody who uses Perilune needs it. */
    private static String node() {
        Optional<String> node = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "node"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        if (node.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI has no node for the tests of scripts; install nodejs, 18 or newer");
        }
        Assumptions.assumeTrue(node.isPresent(), "no node on this machine: the tests of scripts are skipped");
        return node.orElseThrow();
    }
}
