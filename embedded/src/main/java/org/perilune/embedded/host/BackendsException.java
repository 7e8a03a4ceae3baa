package org.perilune.embedded.host;

/** The embedded backends could not start; the message is one sentence for a person that names what to do. */
public final class BackendsException extends RuntimeException {
    public BackendsException(String message) {
        super(message);
    }

    public BackendsException(String message, Throwable cause) {
        super(message, cause);
    }
}
