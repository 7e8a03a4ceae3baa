package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.JsonObjectReader;

/**
 * A command that devices of a type understand.
 *
 * @param repeatable whether doing it twice does no more than doing it once
 * @param expiresInSeconds unless the request says otherwise
 * @param verification sound; null: the device's word counts
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record CommandType(
        String name,
        String title,
        String description,
        Significance significance,
        boolean repeatable,
        @JsonProperty("expires_in") long expiresInSeconds,
        List<Argument> arguments,
        @Nullable ObjectNode verification) {
    public static final long LONGEST_EXPIRY = 604_800;
    private static final long DEFAULT_EXPIRY = 3_600;
    private static final int MOST_ARGUMENTS = 32;
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");
    private static final Pattern SIGNIFICANCE = Pattern.compile("normal|critical");

    public enum Significance {
        NORMAL,
        /** Held until a second person approves it. */
        CRITICAL;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Critical for a name that only a newer version gives: what is not known is not done by one person alone. */
        public static Significance ofWireName(String wireName) {
            return wireName.equals(NORMAL.wireName()) ? NORMAL : CRITICAL;
        }
    }

    public CommandType {
        arguments = List.copyOf(arguments);
    }

    /** Reads a declaration; whatever is wrong with it is collected. */
    static CommandType read(JsonObjectReader in) {
        String name = in.name("name", NAME, "must be 1 to 64 letters, digits, '_', '-' and '.', a letter first");
        var arguments = new ArrayList<Argument>();
        var names = new HashSet<String>();
        List<JsonNode> declared = in.list("arguments", MOST_ARGUMENTS);
        for (int index = 0; index < declared.size(); index++) {
            String place = "arguments[" + index + "]";
            if (declared.get(index) instanceof ObjectNode object) {
                Argument argument = Argument.read(in.within(object, place));
                arguments.add(argument);
                if (!names.add(argument.name())) {
                    in.fault(place + ".name", "is there twice");
                }
            } else {
                in.fault(place, "must be an object");
            }
        }
        ObjectNode verification = in.object("verification").orElse(null);
        if (verification != null) {
            VerificationRule.check(in.within(verification, "verification"), arguments);
        }
        String title = in.text("title", 100);
        var type = new CommandType(
                name,
                title.isEmpty() ? name : title,
                in.text("description", 1_000),
                in.optionalName("significance", SIGNIFICANCE, "must be normal or critical")
                        .map(Significance::ofWireName)
                        .orElse(Significance.NORMAL),
                in.flag("repeatable", false),
                in.integer("expires_in", 1, LONGEST_EXPIRY).orElse(DEFAULT_EXPIRY),
                arguments,
                verification);
        in.end();
        return type;
    }

    /** The parameters of one command with defaults filled in; whatever is wrong with them is collected. */
    public ObjectNode accept(ObjectNode given, JsonObjectReader faults) {
        ObjectNode accepted = JsonNodeFactory.instance.objectNode();
        JsonObjectReader in = faults.within(given, "parameters");
        for (Argument argument : arguments) {
            JsonNode value = in.any(argument.name());
            if (value != null) {
                JsonNode normal = argument.accept(value, fault -> in.fault(argument.name(), fault));
                accepted.set(argument.name(), normal);
            } else if (argument.required()) {
                in.fault(argument.name(), "is missing");
            } else if (argument.fallback() != null) {
                accepted.set(argument.name(), argument.fallback());
            }
        }
        in.end();
        return accepted;
    }
}
