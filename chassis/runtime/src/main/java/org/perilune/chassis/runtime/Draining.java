package org.perilune.chassis.runtime;

/** What lets work under way end before it closes, and has a bound of its own for that. */
public interface Draining extends AutoCloseable {
    @Override
    void close();
}
