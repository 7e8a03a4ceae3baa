package org.perilune.launcher;

/** The command could not be done; the message is one sentence for a person that names what to do. */
final class LauncherException extends RuntimeException {
    LauncherException(String message) {
        super(message);
    }

    LauncherException(String message, Throwable cause) {
        super(message, cause);
    }
}
