package org.perilune.commanddispatcher.lifecycle;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which commands are asked for; null: no matter.
 *
 * @param states none: any
 * @param from first instant of the request that counts
 * @param to last instant that counts
 * @param after where the page before ended
 */
public record CommandQuery(
        @Nullable String device,
        Set<CommandState> states,
        @Nullable String requestedBy,
        @Nullable Instant from,
        @Nullable Instant to,
        int limit,
        @Nullable CommandCursor after) {
    public CommandQuery {
        states = Set.copyOf(states);
    }

    /** What a cursor belongs to: the query without its pages. */
    public static String scope(
            @Nullable String device,
            Set<CommandState> states,
            @Nullable String requestedBy,
            @Nullable Instant from,
            @Nullable Instant to) {
        return device + "\n" + states.stream().sorted().toList() + "\n" + requestedBy + "\n" + from + "\n" + to;
    }
}
