package org.perilune.status;

/** Looks at one part, within about a second. Called by one thread at a time. */
interface Probe extends AutoCloseable {
    /** @throws Exception when the part is away */
    Finding look() throws Exception;

    @Override
    default void close() {}
}
