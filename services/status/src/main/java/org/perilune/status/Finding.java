package org.perilune.status;

import org.jspecify.annotations.Nullable;

/**
 * What one look at a part found.
 *
 * @param problem empty when it works
 * @param uptimeSeconds null where it cannot be known, like the memory
 * @param process tells processes apart; null where unknown
 */
record Finding(
        String problem,
        String note,
        @Nullable Long uptimeSeconds,
        @Nullable Long memoryBytes,
        @Nullable String process) {
    static Finding problem(String problem) {
        return new Finding(problem, "", null, null, null);
    }

    static Finding works(String note, @Nullable Long uptimeSeconds, @Nullable Long memoryBytes) {
        return new Finding("", note, uptimeSeconds, memoryBytes, null);
    }
}
