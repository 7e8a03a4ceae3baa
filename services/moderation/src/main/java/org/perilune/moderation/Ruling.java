package org.perilune.moderation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Principal;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.Role;

/**
 * A decision with what it is about.
 *
 * @param id of the decision, in the order of time
 * @param rulesVersion null where a person decided
 * @param text null once the comment was deleted
 */
record Ruling(
        @JsonIgnore UUID id,
        @JsonUnwrapped Decision decision,
        @JsonProperty("rules_version") @Nullable Integer rulesVersion,
        String author,
        @Nullable String text) {
    /** As this person may see it. */
    Ruling shownTo(Principal principal) {
        boolean whole = principal.role().includes(Role.FLIGHT_DIRECTOR)
                || principal.name().equals(author);
        return whole ? this : new Ruling(id, decision, rulesVersion, author, null);
    }
}
