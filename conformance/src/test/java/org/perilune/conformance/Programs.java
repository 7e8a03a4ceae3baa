package org.perilune.conformance;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of others, as a machine has them installed. */
final class Programs {
    /** Where Debian puts servers, which is not on everybody's path. */
    private static final String SERVERS = "/usr/sbin";

    private Programs() {}

    /** Skips the test where one is missing; in CI it fails. */
    static void require(String... names) {
        List<String> missing =
                Stream.of(names).filter(name -> find(name).isEmpty()).toList();
        if (!missing.isEmpty() && "true".equals(System.getenv("CI"))) {
            fail("Missing here, and in CI that counts: " + missing);
        }
        assumeTrue(missing.isEmpty(), () -> "Not installed: " + missing);
    }

    static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(":")), Stream.of(SERVERS))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
