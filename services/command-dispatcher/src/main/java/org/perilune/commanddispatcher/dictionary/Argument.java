package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;

/**
 * What a command can be given.
 *
 * @param minimum least number that is allowed; null: any
 * @param choices of a choice; empty otherwise
 * @param longest most characters of a text
 */
record Argument(
        String name,
        Type type,
        String unit,
        String description,
        boolean required,

        @JsonProperty("default") @Nullable JsonNode fallback,
        @Nullable BigDecimal minimum,
        @Nullable BigDecimal maximum,
        List<String> choices,
        @Nullable Integer longest) {
    enum Type {
        NUMBER,
        INTEGER,
        TEXT,
        BOOLEAN,
        CHOICE;

        @com.fasterxml.jackson.annotation.JsonValue
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");
    private static final Pattern TYPE = Pattern.compile("number|integer|text|boolean|choice");
    private static final int LONGEST_TEXT = 4_096;
    private static final int LONGEST_CHOICE = 128;
    private static final int MOST_CHOICES = 100;

    Argument {
        choices = List.copyOf(choices);
    }

    /** Reads a declaration; whatever is wrong with it is collected. */
    static Argument read(JsonObjectReader in) {
        String name = in.name("name", NAME, "must be 1 to 64 letters, digits, '_', '-' and '.', a letter first");
        Type type = in.optionalName("type", TYPE, "must be one of number, integer, text, boolean, choice")
                .map(word -> Type.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(Type.TEXT);
        if (in.any("type") == null) {
            in.fault("type", "is missing");
        }
        var argument = new Argument(
                name,
                type,
                in.text("unit", 32),
                in.text("description", 1_000),
                in.flag("required", false),
                in.any("default"),
                in.number("minimum"),
                in.number("maximum"),
                choices(in),
                in.integer("longest", 1, LONGEST_TEXT).map(Long::intValue).orElse(null));
        in.end();
        return argument.checked(in);
    }

    private static List<String> choices(JsonObjectReader in) {
        var choices = new ArrayList<String>();
        for (JsonNode choice : in.list("choices", MOST_CHOICES)) {
            if (!choice.isTextual()
                    || choice.textValue().isEmpty()
                    || TextValidation.fault(choice.textValue(), LONGEST_CHOICE).isPresent()
                    || choices.contains(choice.textValue())) {
                in.fault("choices", "must be different texts of 1 to " + LONGEST_CHOICE + " characters");
                return List.of();
            }
            choices.add(choice.textValue());
        }
        return choices;
    }

    private boolean isNumeric() {
        return type == Type.NUMBER || type == Type.INTEGER;
    }

    private Argument checked(JsonObjectReader in) {
        if (!isNumeric() && (minimum != null || maximum != null)) {
            in.fault(minimum == null ? "maximum" : "minimum", "belongs to numbers only");
        }
        if (minimum != null && maximum != null && minimum.compareTo(maximum) > 0) {
            in.fault("minimum", "must not be greater than maximum");
        }
        if (type == Type.CHOICE && choices.isEmpty()) {
            in.fault("choices", "must hold what can be chosen");
        }
        if (type != Type.CHOICE && !choices.isEmpty()) {
            in.fault("choices", "belongs to the type choice only");
        }
        if (type != Type.TEXT && longest != null) {
            in.fault("longest", "belongs to the type text only");
        }
        if (fallback == null || !in.isSound()) {
            return this;
        }
        if (required) {
            in.fault("default", "an argument that is required has no use for one");
            return this;
        }
        JsonNode normal = accept(fallback, fault -> in.fault("default", fault));
        return new Argument(name, type, unit, description, false, normal, minimum, maximum, choices, longest);
    }

    /** Whether a number can be counted on: one is given whatever the request leaves out. */
    boolean alwaysNumber() {
        return isNumeric() && (required || fallback != null);
    }

    /**
     * A value as it is stored and sent: integers without, numbers with a decimal point.
     *
     * @param fault told what is wrong with it
     * @return null after a fault
     */
    @Nullable
    JsonNode accept(JsonNode value, Consumer<String> fault) {
        return switch (type) {
            case NUMBER -> {
                if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
                    fault.accept("must be a number");
                    yield null;
                }
                BigDecimal number = BigDecimal.valueOf(value.doubleValue());
                // A fraction, however small, is what tells a number from an integer, also once it went through jsonb.
                yield inRange(number, fault) ? DecimalNode.valueOf(number.setScale(Math.max(1, number.scale()))) : null;
            }
            case INTEGER -> {
                // 5.0 is what some languages make of 5.
                if (!value.canConvertToExactIntegral() || !value.canConvertToLong()) {
                    fault.accept("must be a whole number of 64 bits");
                    yield null;
                }
                long number = value.longValue();
                yield inRange(BigDecimal.valueOf(number), fault) ? LongNode.valueOf(number) : null;
            }
            case BOOLEAN -> {
                if (!value.isBoolean()) {
                    fault.accept("must be true or false");
                    yield null;
                }
                yield BooleanNode.valueOf(value.booleanValue());
            }
            case TEXT -> text(value, fault);
            case CHOICE -> {
                if (!value.isTextual() || !choices.contains(value.textValue())) {
                    fault.accept("must be one of " + String.join(", ", choices));
                    yield null;
                }
                yield TextNode.valueOf(value.textValue());
            }
        };
    }

    private @Nullable JsonNode text(JsonNode value, Consumer<String> fault) {
        if (!value.isTextual()) {
            fault.accept("must be text");
            return null;
        }
        var wrong = TextValidation.fault(value.textValue(), longest == null ? LONGEST_TEXT : longest);
        if (wrong.isPresent()) {
            fault.accept(wrong.get());
            return null;
        }
        return TextNode.valueOf(value.textValue());
    }

    private boolean inRange(BigDecimal number, Consumer<String> fault) {
        boolean within = (minimum == null || number.compareTo(minimum) >= 0)
                && (maximum == null || number.compareTo(maximum) <= 0);
        if (!within) {
            fault.accept("must be " + range() + (unit.isEmpty() ? "" : " " + unit) + ", not " + number.toString());
        }
        return within;
    }

    private String range() {
        if (minimum == null) {
            return "at most " + plain(maximum);
        }
        return maximum == null ? "at least " + plain(minimum) : "from " + plain(minimum) + " to " + plain(maximum);
    }

    private static String plain(@Nullable BigDecimal number) {
        return number == null ? "" : number.toPlainString();
    }
}
