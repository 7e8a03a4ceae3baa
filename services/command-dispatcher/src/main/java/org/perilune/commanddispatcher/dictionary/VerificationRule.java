package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;

/** What telemetry must show after a command, as it is declared and as it goes with a command. */
public final class VerificationRule {
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final long LONGEST_WITHIN = 86_400;
    private static final String CHANGES_BY = "changes_by";
    private static final String ARGUMENT = "argument";

    private VerificationRule() {}

    /**
     * Collects whatever is wrong with a rule.
     *
     * @param arguments that the rule may refer to
     */
    public static void check(JsonObjectReader in, List<Argument> arguments) {
        in.name("parameter", PARAMETER, "must be the name of a telemetry value");
        if (in.any("within") == null) {
            in.fault("within", "is missing");
        }
        in.integer("within", 1, LONGEST_WITHIN);
        BigDecimal minimum = in.number("minimum");
        BigDecimal maximum = in.number("maximum");
        BigDecimal tolerance = in.number("tolerance");
        JsonNode equal = in.any("equals");
        JsonNode change = in.any(CHANGES_BY);
        in.end();
        boolean bounded = minimum != null || maximum != null;
        if ((bounded ? 1 : 0) + (equal == null ? 0 : 1) + (change == null ? 0 : 1) != 1) {
            in.fault("equals", "give one of minimum/maximum, equals, changes_by");
        }
        if (minimum != null && maximum != null && minimum.compareTo(maximum) > 0) {
            in.fault("minimum", "must not be greater than maximum");
        }
        if (tolerance != null && (bounded || (equal != null && equal.isTextual()) || tolerance.signum() < 0)) {
            in.fault("tolerance", "must not be negative, and belongs to equals with a number and to changes_by only");
        }
        if (equal != null && !isNumber(equal) && !(equal.isTextual() && isShort(equal.textValue()))) {
            in.fault("equals", "must be a number, or text of at most 256 characters");
        }
        if (change != null && !isNumber(change)) {
            argumentOf(change)
                    .filter(name -> arguments.stream()
                            .anyMatch(argument -> argument.name().equals(name) && argument.alwaysNumber()))
                    .ifPresentOrElse(
                            known -> {},
                            () -> in.fault(
                                    CHANGES_BY,
                                    "must be a number, or {\"argument\": …} with the name of a numeric argument that"
                                            + " is required or has a default"));
        }
    }

    /** A sound rule for one command: an argument it refers to is replaced by its value. */
    public static @Nullable ObjectNode resolve(@Nullable ObjectNode rule, ObjectNode parameters) {
        if (rule == null) {
            return null;
        }
        ObjectNode resolved = JsonNodeFactory.instance.objectNode();
        for (var field : rule.properties()) {
            if (!field.getValue().isNull()) {
                resolved.set(field.getKey(), field.getValue());
            }
        }
        JsonNode change = rule.get(CHANGES_BY);
        if (change != null) {
            argumentOf(change).ifPresent(name -> resolved.set(CHANGES_BY, number(parameters.path(name))));
        }
        return resolved;
    }

    private static JsonNode number(JsonNode value) {
        return DecimalNode.valueOf(value.decimalValue());
    }

    private static Optional<String> argumentOf(JsonNode change) {
        JsonNode name = change.get(ARGUMENT);
        return change.isObject() && change.size() == 1 && name != null && name.isTextual()
                ? Optional.of(name.textValue())
                : Optional.empty();
    }

    private static boolean isNumber(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.doubleValue());
    }

    private static boolean isShort(String text) {
        return TextValidation.fault(text, 256).isEmpty();
    }
}
