package org.perilune.sdk;

import org.jspecify.annotations.Nullable;

/** The journal has no room: what it holds is kept, the new reading was not taken. */
public final class JournalFullException extends RuntimeException {
    JournalFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
