package org.perilune.bench.instance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.perilune.bench.report.BenchException;
import org.perilune.contracts.Topology;

/** A Perilune of the bench's own in a temporary home, gone with all its data at the end. */
public final class OwnInstance implements AutoCloseable {
    private final Path home;

    private OwnInstance(Path home) {
        this.home = home;
    }

    public static OwnInstance start() {
        var own = new OwnInstance(newHome());
        try {
            Script.up(own.home);
            return own;
        } catch (RuntimeException failure) {
            own.closeAfter(failure);
            throw failure;
        }
    }

    private static Path newHome() {
        try {
            Path home = Files.createTempDirectory("perilune-bench");
            // One token asks for all: what a service can do is measured, not what one person may.
            Files.writeString(
                    home.resolve("perilune.properties"),
                    Topology.SERVICES.stream()
                            .map(service -> service.name() + ".http.rate.principal=1000000\n")
                            .collect(Collectors.joining()));
            return home;
        } catch (IOException failure) {
            throw new BenchException("There is no room for a home: " + failure.getMessage(), failure);
        }
    }

    /** A home that nothing runs in yet. */
    public static OwnInstance stopped() {
        return new OwnInstance(newHome());
    }

    public Path home() {
        return home;
    }

    private void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (RuntimeException another) {
            failure.addSuppressed(another);
        }
    }

    public Instance instance() {
        return new Instance(home);
    }

    @Override
    public void close() {
        Script.down(home);
        delete(home);
    }

    public static void delete(Path folder) {
        try (Stream<Path> below = Files.walk(folder)) {
            List<Path> all = below.sorted(Comparator.reverseOrder()).toList();
            for (Path path : all) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failure) {
            throw new BenchException(folder + " cannot be deleted: " + failure.getMessage(), failure);
        }
    }
}
