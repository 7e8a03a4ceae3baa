package org.perilune.sdk.journal;

import org.jspecify.annotations.Nullable;

/** The journal has no room: what it holds is kept, the new frames were not taken. */
public final class JournalSpaceException extends RuntimeException {
    JournalSpaceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
