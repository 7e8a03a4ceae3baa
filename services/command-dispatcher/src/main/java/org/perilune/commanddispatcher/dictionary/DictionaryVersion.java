package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.perilune.chassis.json.JsonObjectReader;

/** All that devices of a type can be told, as it was declared at one time. */
public record DictionaryVersion(
        @JsonProperty("device_type") String deviceType,
        int version,
        @JsonProperty("changed_at") Instant changedAt,
        @JsonProperty("changed_by") String changedBy,
        List<CommandType> commands) {
    private static final int MOST_COMMANDS = 200;

    public DictionaryVersion {
        commands = List.copyOf(commands);
    }

    public Optional<CommandType> command(String name) {
        return commands.stream().filter(type -> type.name().equals(name)).findFirst();
    }

    /** The declarations under {@code commands}; whatever is wrong with them is collected. */
    public static List<CommandType> readCommands(JsonObjectReader in) {
        if (in.any("commands") == null) {
            in.fault("commands", "is missing");
        }
        var types = new ArrayList<CommandType>();
        var names = new HashSet<String>();
        List<JsonNode> declared = in.list("commands", MOST_COMMANDS);
        for (int index = 0; index < declared.size(); index++) {
            String place = "commands[" + index + "]";
            if (declared.get(index) instanceof ObjectNode object) {
                CommandType type = CommandType.read(in.within(object, place));
                types.add(type);
                if (!names.add(type.name())) {
                    in.fault(place + ".name", "is there twice");
                }
            } else {
                in.fault(place, "must be an object");
            }
        }
        return types;
    }
}
