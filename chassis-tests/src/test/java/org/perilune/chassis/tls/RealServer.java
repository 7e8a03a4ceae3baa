package org.perilune.chassis.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A server that is installed on this machine, as a process of a test's own. In CI one that is missing fails. */
final class RealServer implements AutoCloseable {
    private final Process process;

    private RealServer(Process process) {
        this.process = process;
    }

    /** Skips the test where there is no such program. */
    static void require(String program) {
        if (Files.isExecutable(Path.of(program))) {
            return;
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(program + " is missing; .ci/run installs it");
        }
        Assumptions.abort(program + " is not installed here; .ci/run installs it");
    }

    /** @param folder takes what it says, in said.txt */
    static RealServer start(Path folder, String... command) throws IOException {
        return start(folder, Map.of(), command);
    }

    static RealServer start(Path folder, Map<String, String> environment, String... command) throws IOException {
        require(command[0]);
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said.txt").toFile());
        builder.environment().putAll(environment);
        return new RealServer(builder.start());
    }

    /** Itself, and what it started. */
    @Override
    public void close() {
        var all = process.descendants().toList();
        process.destroy();
        CompletableFuture<ProcessHandle> ended = process.toHandle().onExit();
        ended.orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly().toHandle())
                .join();
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
