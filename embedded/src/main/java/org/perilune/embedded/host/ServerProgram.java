package org.perilune.embedded.host;

import java.io.IOException;
import java.util.OptionalLong;

/** A server that is a process of its own, as far as its {@link Supervisor} needs to know it. */
public interface ServerProgram {
    /** For people: {@code PostgreSQL}. */
    String name();

    int port();

    Process launch() throws IOException;

    /** Whether the launched process serves. Asked every few milliseconds while it starts. */
    boolean ready(Process process);

    /** Asks it to end at once but cleanly. */
    void interrupt(ProcessHandle process) throws IOException;

    /** The process that the last run left behind, if it lives and is surely ours. */
    OptionalLong orphan() throws IOException;

    /** The last thing it wrote, for a failure's message. */
    String lastWords();
}
