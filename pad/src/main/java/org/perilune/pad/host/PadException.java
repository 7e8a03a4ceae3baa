package org.perilune.pad.host;

/** The pad could not start; the message is one sentence for a person that names what to do. */
public final class PadException extends RuntimeException {
    public PadException(String message) {
        super(message);
    }

    public PadException(String message, Throwable cause) {
        super(message, cause);
    }
}
