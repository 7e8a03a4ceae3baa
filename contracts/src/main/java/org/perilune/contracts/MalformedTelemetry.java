package org.perilune.contracts;

/** The bytes are no {@code Telemetry} message; the text says why. Without a stack trace: devices cause it, at any rate. */
public final class MalformedTelemetry extends Exception {
    public MalformedTelemetry(String reason) {
        super(reason, null, false, false);
    }
}
