package org.perilune.backup;

/** A backup could not be made, read or restored; the message says what happened, what is untouched, and what to do. */
public final class BackupException extends RuntimeException {
    public BackupException(String message) {
        super(message);
    }

    public BackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
