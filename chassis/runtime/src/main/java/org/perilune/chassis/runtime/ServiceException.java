package org.perilune.chassis.runtime;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request could not be served. Each child says whose fault it was; every protocol has one exhaustive mapper. The
 * message is for the caller: it says what happened and what to do, and holds no secret.
 */
public abstract sealed class ServiceException extends RuntimeException {
    private ServiceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** One fault of a request, by the field or parameter it is in. */
    public record Fault(String field, String detail) {}

    /** Cannot be read at all: syntax, parameters out of range. */
    public static final class Malformed extends ServiceException {
        private final transient List<Fault> faults;

        public Malformed(String message, List<Fault> faults) {
            super(message, null);
            this.faults = List.copyOf(faults);
        }

        public List<Fault> faults() {
            return faults;
        }
    }

    /** Well-formed, but with missing, invalid or unknown fields. */
    public static final class Invalid extends ServiceException {
        private final transient List<Fault> faults;

        public Invalid(String message, List<Fault> faults) {
            super(message, null);
            this.faults = List.copyOf(faults);
        }

        public Invalid(String field, String detail) {
            this(field + ": " + detail, List.of(new Fault(field, detail)));
        }

        public List<Fault> faults() {
            return faults;
        }
    }

    /** No token, or none that counts. */
    public static final class Unauthenticated extends ServiceException {
        public Unauthenticated(String message) {
            super(message, null);
        }
    }

    /** The token's role does not allow it. */
    public static final class Forbidden extends ServiceException {
        public Forbidden(String message) {
            super(message, null);
        }
    }

    public static final class NotFound extends ServiceException {
        public NotFound(String message) {
            super(message, null);
        }
    }

    /** Contradicts what is there already. */
    public static final class Conflict extends ServiceException {
        public Conflict(String message) {
            super(message, null);
        }
    }

    /** Too often; try again after the delay. */
    public static final class TooMany extends ServiceException {
        private final Duration retryAfter;

        public TooMany(String message, Duration retryAfter) {
            super(message, null);
            this.retryAfter = retryAfter;
        }

        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** Ours: too busy, or a backing store or another service is away. Try again after the delay. */
    public static sealed class Unavailable extends ServiceException permits Uncertain {
        private final Duration retryAfter;

        public Unavailable(String message, Duration retryAfter, @Nullable Throwable cause) {
            super(message, cause);
            this.retryAfter = retryAfter;
        }

        public Unavailable(String message, @Nullable Throwable cause) {
            this(message, Duration.ofSeconds(1), cause);
        }

        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /**
     * As unavailable as the rest, and what was asked for may have been done all the same: whoever only knows
     * {@link Unavailable} tries again as it would, which must be harmless.
     */
    public static final class Uncertain extends Unavailable {
        public Uncertain(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
