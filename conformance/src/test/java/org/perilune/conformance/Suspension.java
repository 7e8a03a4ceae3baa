package org.perilune.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A server that hangs: nobody answers, and nobody hangs up, until it is closed. */
final class Suspension implements AutoCloseable {
    private final List<ProcessHandle> stopped;

    private Suspension(List<ProcessHandle> stopped) {
        this.stopped = stopped;
    }

    /** Of a process and its children. */
    static Suspension of(ProcessHandle parent) throws IOException {
        // First the parent, so that it starts no further children.
        var stopped = new ArrayList<ProcessHandle>(List.of(parent));
        signal("STOP", stopped);
        try (Stream<ProcessHandle> children = parent.children()) {
            List<ProcessHandle> all = children.toList();
            stopped.addAll(all);
            signal("STOP", all);
        }
        return new Suspension(stopped);
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws IOException {
        if (processes.isEmpty()) {
            return;
        }
        var command = new ArrayList<String>(List.of("kill", "-" + signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        new ProcessBuilder(command).start().onExit().join();
    }

    @Override
    public void close() {
        try {
            signal("CONT", stopped);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
