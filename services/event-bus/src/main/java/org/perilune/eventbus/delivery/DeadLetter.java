package org.perilune.eventbus.delivery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.eventbus.log.RedactionPolicy;

/**
 * What some service could not handle.
 *
 * @param body as text, cut off where it is long
 */
public record DeadLetter(
        UUID id,
        String queue,
        @JsonProperty("message_id") String messageId,
        String reason,
        int tries,
        @JsonProperty("arrived_at") Instant arrivedAt,
        @JsonProperty("redriven_at") @Nullable Instant redrivenAt,
        @JsonProperty("redriven_by") @Nullable String redrivenBy,
        @JsonProperty("dismissed_at") @Nullable Instant dismissedAt,
        @JsonProperty("dismissed_by") @Nullable String dismissedBy,
        String body) {
    public DeadLetter shownTo(RedactionPolicy redaction) {
        if (redaction.shows(body)) {
            return this;
        }
        return new DeadLetter(
                id, queue, messageId, reason, tries, arrivedAt, redrivenAt, redrivenBy, dismissedAt, dismissedBy, "");
    }
}
