package org.perilune.timeline.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;

/** Events as the interface gives them. Absent things are null. */
public final class EventJson {
    private EventJson() {}

    public static byte[] bytes(Event event) {
        return Json.bytes(node(event));
    }

    static ObjectNode node(Event event) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("id", event.id().toString());
        node.put("name", event.name());
        node.put("kind", event.kind().wireName());
        node.put("time", event.time().toString());
        node.put("until", event.until() == null ? null : event.until().toString());
        node.put("device", event.device());
        node.set("command", command(event.command()));
        node.put("if_missed", event.runOnce() ? EventInput.RUN_ONCE : EventInput.SKIP);
        node.put("repeat", event.repeat());
        node.put("series", event.series() == null ? null : event.series().toString());
        node.put("state", event.state().wireName());
        node.put("detail", event.detail());
        node.put("command_id", event.commandId());
        node.put("created_by", event.createdBy());
        node.put("created_at", event.createdAt().toString());
        node.put("changed_by", event.changedBy());
        node.put("changed_at", event.changedAt().toString());
        node.put("version", event.version());
        return node;
    }

    public static ArrayNode array(List<Event> events) {
        ArrayNode array = Json.mapper().createArrayNode();
        events.forEach(event -> array.add(node(event)));
        return array;
    }

    private static @Nullable ObjectNode command(@Nullable EventCommand command) {
        if (command == null) {
            return null;
        }
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("command_type", command.type());
        node.set("parameters", parameters(command));
        if (command.expiresInSeconds() != null) {
            node.put("expires_in", command.expiresInSeconds());
        }
        return node;
    }

    public static JsonNode parameters(EventCommand command) {
        try {
            return Json.mapper().readTree(command.parameters());
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("What is stored as parameters was JSON when it came", failure);
        }
    }
}
