package org.perilune.console.fleet;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.console.rendering.Format;

/** A device as telemetry knows it; what this console does not know yet is left out. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Device(
        String name,
        @Nullable String type,
        @Nullable String state,
        @Nullable Instant since,
        @JsonProperty("last_contact") @Nullable Instant lastContact,
        @Nullable String status,
        @JsonProperty("clock_wrong_by_seconds") @Nullable Long clockWrongBySeconds,
        long gaps,
        @JsonProperty("duplicates_today") long duplicatesToday,
        @JsonProperty("rejected_today") long rejectedToday,
        @Nullable Map<String, Value> values,
        @Nullable List<Parameter> parameters) {

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Value(@Nullable JsonNode value, @Nullable Instant time) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Parameter(
            String name,
            @Nullable String unit,
            @Nullable String description,
            @JsonProperty("warning_low") @Nullable Double warningLow,
            @JsonProperty("warning_high") @Nullable Double warningHigh,
            @JsonProperty("critical_low") @Nullable Double criticalLow,
            @JsonProperty("critical_high") @Nullable Double criticalHigh) {

        Level level(double value) {
            if (beyond(value, criticalLow, criticalHigh)) {
                return Level.CRITICAL;
            }
            return beyond(value, warningLow, warningHigh) ? Level.WARNING : Level.NONE;
        }

        private static boolean beyond(double value, @Nullable Double low, @Nullable Double high) {
            return (low != null && value < low) || (high != null && value > high);
        }
    }

    /** How far a value is out of its limits. */
    public enum Level {
        NONE,
        WARNING,
        CRITICAL
    }

    /** A value out of its limits. */
    public record Violation(String device, Level level, String parameter, String text) {
        /** What a screen reader says of it: not the value, which changes all the time. */
        public String said() {
            return (level == Level.CRITICAL ? "Critical: " : "Warning: ") + device + " " + parameter;
        }
    }

    public String stateWord() {
        return state == null ? "unknown" : state.replace('-', ' ');
    }

    public String stateClass() {
        return state == null ? "unknown" : state;
    }

    /** What it says that it does, and how far its clock is off where it is. */
    public String statusWord() {
        String said = status == null ? "" : status;
        if (clockWrongBySeconds == null || clockWrongBySeconds == 0) {
            return said.isEmpty() ? "–" : said;
        }
        String off = "clock " + Format.span(Duration.ofSeconds(Math.abs(clockWrongBySeconds)))
                + (clockWrongBySeconds > 0 ? " ahead" : " behind");
        return said.isEmpty() ? off : said + " · " + off;
    }

    /** What its values are now, nobody knows. Not so where it announced its silence. */
    public boolean silent() {
        return state == null || state.equals("stale") || state.equals("dark") || state.equals("unknown");
    }

    /** The worst of the newest values; empty when all are within their limits. */
    public Optional<Violation> worst() {
        Violation worst = null;
        for (Parameter parameter : parameters == null ? List.<Parameter>of() : parameters) {
            Value value = values == null ? null : values.get(parameter.name());
            JsonNode number = value == null ? null : value.value();
            if (number == null || !number.isNumber()) {
                continue;
            }
            Level level = parameter.level(number.asDouble());
            if (level != Level.NONE && (worst == null || level.compareTo(worst.level()) > 0)) {
                String unit = parameter.unit() == null ? "" : parameter.unit();
                String text = parameter.name() + " " + Format.number(number.asDouble()) + " " + unit;
                worst = new Violation(
                        name, level, parameter.name(), text.strip() + (silent() ? " when last heard" : ""));
            }
        }
        return Optional.ofNullable(worst);
    }
}
