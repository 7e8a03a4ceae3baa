package org.perilune.sdk.journal;

import org.jspecify.annotations.Nullable;

/** The journal cannot be opened, written or read; it must be opened anew to go on. */
public final class JournalAccessException extends RuntimeException {
    JournalAccessException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
