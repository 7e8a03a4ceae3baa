package org.perilune.status;

import org.jspecify.annotations.Nullable;

/**
 * What one look at a part found.
 *
 * @param problem empty when it works
 * @param uptimeSeconds null where it cannot be known, like the memory
 * @param process tells processes apart; null where unknown
 * @param starting not there yet, though nothing is wrong
 */
record Finding(
        String problem,
        String note,
        @Nullable Long uptimeSeconds,
        @Nullable Long memoryBytes,
        @Nullable String process,
        boolean starting) {
    Finding(
            String problem,
            String note,
            @Nullable Long uptimeSeconds,
            @Nullable Long memoryBytes,
            @Nullable String process) {
        this(problem, note, uptimeSeconds, memoryBytes, process, false);
    }

    static Finding problem(String problem) {
        return new Finding(problem, "", null, null, null);
    }

    static Finding starting(String note) {
        return new Finding("", note, null, null, null, true);
    }

    static Finding works(String note, @Nullable Long uptimeSeconds, @Nullable Long memoryBytes) {
        return new Finding("", note, uptimeSeconds, memoryBytes, null);
    }
}
