package org.perilune.timeline.event;

import org.jspecify.annotations.Nullable;

/**
 * What is dispatched when an event is due.
 *
 * @param parameters a JSON object, as text: the store would not take every name of a member
 * @param expiresInSeconds the command type's own where null
 * @param askedBy who last set the command or its device, and on whose behalf it is dispatched; null only before that is
 *     noted
 */
public record EventCommand(
        String type,
        String parameters,
        @Nullable Integer expiresInSeconds,
        @Nullable String askedBy) {

    public EventCommand askedBy(String who) {
        return new EventCommand(type, parameters, expiresInSeconds, who);
    }
}
