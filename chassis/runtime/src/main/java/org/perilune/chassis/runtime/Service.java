package org.perilune.chassis.runtime;

/** A service that was started; closing it stops it within the deadline of {@link Resources}. */
public interface Service extends AutoCloseable {
    /** Where it listens for HTTP. */
    int port();

    @Override
    void close();
}
