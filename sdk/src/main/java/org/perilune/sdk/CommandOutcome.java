package org.perilune.sdk;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What came of a command. Details are for people; an empty one says nothing. */
public sealed interface CommandOutcome {
    String detail();

    /**
     * It was done.
     *
     * @param results by name (as those of values), in order; numbers arrive as numbers, anything else as text
     */
    record Completed(String detail, Map<String, Object> results) implements CommandOutcome {
        /** @throws IllegalArgumentException for a bad name */
        public Completed {
            results.keySet().forEach(Reading::checkName);
            results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
        }
    }

    /** It was begun, and did not come to a good end. */
    record Failed(String detail) implements CommandOutcome {}

    /** It was not begun, and will not be. */
    record Rejected(String detail) implements CommandOutcome {}

    static CommandOutcome completed() {
        return new Completed("", Map.of());
    }

    static CommandOutcome completed(String detail) {
        return new Completed(detail, Map.of());
    }

    static CommandOutcome completed(String detail, Map<String, Object> results) {
        return new Completed(detail, results);
    }

    static CommandOutcome failed(String detail) {
        return new Failed(detail);
    }

    static CommandOutcome rejected(String detail) {
        return new Rejected(detail);
    }
}
