package org.perilune.launcher.home;

/** The command could not be done; the message is one sentence for a person that names what to do. */
public final class LauncherException extends RuntimeException {
    public LauncherException(String message) {
        super(message);
    }

    public LauncherException(String message, Throwable cause) {
        super(message, cause);
    }
}
