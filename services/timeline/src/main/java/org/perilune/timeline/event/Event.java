package org.perilune.timeline.event;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing on the timeline. A repeated event stands for its next occurrence; those that were due are events of their
 * own.
 *
 * @param time to the millisecond
 * @param until when it ends; predictions alone have an end
 * @param runOnce whether it is launched however late
 * @param series the repeated event that it is an occurrence of
 * @param version counts the changes; every change names the one it was made on
 * @param fence of the launching copy that claimed it last
 * @param request hash of the body that it was made from, for repeated requests
 * @param orbit version of the orbit that it was predicted from
 */
public record Event(
        UUID id,
        String name,
        EventKind kind,
        Instant time,
        @Nullable Instant until,
        @Nullable String device,
        @Nullable EventCommand command,
        boolean runOnce,
        @Nullable String repeat,
        @Nullable UUID series,
        EventState state,
        @Nullable String detail,
        @Nullable String commandId,
        String createdBy,
        Instant createdAt,
        String changedBy,
        Instant changedAt,
        long version,
        long fence,
        @Nullable String request,
        @Nullable String orbit) {

    /** What every copy keeps in memory of it. */
    public Entry entry() {
        return new Entry(
                id,
                time.toEpochMilli(),
                until == null ? Entry.NO_END : until.toEpochMilli(),
                device,
                kind,
                state,
                version,
                fence,
                command != null,
                repeat != null,
                runOnce);
    }
}
