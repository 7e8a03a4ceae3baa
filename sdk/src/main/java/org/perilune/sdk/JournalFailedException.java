package org.perilune.sdk;

import org.jspecify.annotations.Nullable;

/** The journal cannot be opened, or its disk failed; a device must be opened anew to go on. */
public final class JournalFailedException extends RuntimeException {
    JournalFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
