package org.perilune.commanddispatcher.dictionary;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What telemetry must show of a command, of which exactly one is given: a range, a value, or a change.
 *
 * @param within counted by the device's clock from when it was done
 * @param equal a number or a text
 * @param tolerance of a number or a change
 */
public record Expectation(
        String parameter,
        Duration within,
        @Nullable Double minimum,
        @Nullable Double maximum,
        @Nullable JsonNode equal,
        @Nullable Double change,
        double tolerance) {
    /** What floating point makes of sums that people would call equal. */
    private static final double ROUNDING = 1e-9;

    /** @param rule as it is stored with a command, which was checked then */
    public static Expectation of(JsonNode rule) {
        JsonNode equal = rule.get("equals");
        return new Expectation(
                rule.path("parameter").asText(),
                Duration.ofMillis((long) Math.ceil(rule.path("within").asDouble() * 1_000)),
                number(rule.get("minimum")),
                number(rule.get("maximum")),
                equal == null || equal.isNull() ? null : equal,
                number(rule.get("changes_by")),
                rule.path("tolerance").asDouble());
    }

    private static @Nullable Double number(@Nullable JsonNode value) {
        return value != null && value.isNumber() ? (Double) value.doubleValue() : null;
    }

    public boolean isAboutChange() {
        return change != null;
    }

    /** @param before the value before the device began; without it no change can be seen */
    public boolean isMetBy(JsonNode value, @Nullable Double before) {
        JsonNode wanted = equal;
        if (wanted != null && wanted.isTextual()) {
            return value.isTextual() && value.textValue().equals(wanted.textValue());
        }
        if (!value.isNumber()) {
            return false;
        }
        double shown = value.doubleValue();
        if (wanted != null) {
            return isNear(shown, wanted.doubleValue());
        }
        Double by = change;
        if (by != null) {
            return before != null && isNear(shown - before, by);
        }
        return (minimum == null || shown >= minimum) && (maximum == null || shown <= maximum);
    }

    private boolean isNear(double shown, double wanted) {
        double rounding = ROUNDING * Math.max(1, Math.max(Math.abs(shown), Math.abs(wanted)));
        return Math.abs(shown - wanted) <= tolerance + rounding;
    }

    /** What was wanted, such as "speed of at least 1,600 m/s". */
    public String inWords(String unit, @Nullable Double before) {
        return parameter + " " + wanted(unit, before);
    }

    private String wanted(String unit, @Nullable Double before) {
        String range = tolerance > 0 ? " ± " + quantity(tolerance, "") : "";
        JsonNode value = equal;
        if (value != null) {
            return "of " + (value.isNumber() ? quantity(value.doubleValue(), "") + range + unit(unit) : value.asText());
        }
        Double by = change;
        if (by != null) {
            String from = before == null ? "" : " from " + quantity(before, unit);
            return "to change by " + quantity(by, "") + range + unit(unit) + from;
        }
        Double least = minimum;
        Double most = maximum;
        if (least != null && most != null) {
            return "between " + quantity(least, "") + " and " + quantity(most, unit);
        }
        if (least != null) {
            return "of at least " + quantity(least, unit);
        }
        return most == null ? "" : "of at most " + quantity(most, unit);
    }

    /** What was seen, such as "1,531.2 m/s". */
    public static String shown(JsonNode value, String unit) {
        return value.isNumber() ? quantity(value.doubleValue(), unit) : value.asText();
    }

    private static String quantity(double value, String unit) {
        String pattern = Math.abs(value) >= 100 ? "#,##0.##" : "0.######";
        return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value) + unit(unit);
    }

    private static String unit(String unit) {
        return unit.isEmpty() || unit.equals("%") || unit.equals("°") ? unit : " " + unit;
    }
}
