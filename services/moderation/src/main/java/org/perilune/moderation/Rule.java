package org.perilune.moderation;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;

/**
 * One rule of a list.
 *
 * @param note for people; goes with the reason
 */
record Rule(String id, Action action, @Nullable String note, Check check) {
    /** Why it objects; empty where it does not. */
    Optional<String> objection(Written written, Rates rates) {
        return check.objection(written, rates).map(reason -> note == null ? reason : reason + ". " + note);
    }

    @JsonValue
    ObjectNode json() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("id", id);
        json.put("kind", check.kind());
        json.put("action", action.wireName());
        check.write(json);
        if (note != null) {
            json.put("note", note);
        }
        return json;
    }
}
