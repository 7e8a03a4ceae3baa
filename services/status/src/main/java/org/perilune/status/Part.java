package org.perilune.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One service or store as an operator sees it.
 *
 * @param state {@code up}, {@code down} or {@code unknown}
 * @param detail a sentence: what happened, and what still works
 * @param memoryBytes of its process; null where it is counted with another part of that process
 */
record Part(
        String name,
        String state,
        String address,
        int port,
        String detail,
        @JsonProperty("uptime_seconds") @Nullable Long uptimeSeconds,
        @JsonProperty("memory_bytes") @Nullable Long memoryBytes,
        @JsonProperty("latency_ms") @Nullable Double latencyMillis) {
    static final String UP = "up";
    static final String DOWN = "down";
    static final String UNKNOWN = "unknown";
}
