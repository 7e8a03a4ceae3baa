package org.perilune.bench.report;

/** A measurement that could not be made; the message is for a person. */
public final class BenchException extends RuntimeException {
    public BenchException(String message) {
        super(message);
    }

    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
