package org.perilune.chassis.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.ServiceException.Fault;

/**
 * Reads a JSON object field by field. Faults are collected, and stand-ins returned, so that whoever asks learns
 * everything that is wrong at once. {@code null} counts as absent. One thread.
 */
public final class JsonObjectReader {
    private final ObjectNode object;
    private final String path;
    private final List<Fault> faults;
    private final Set<String> read = new HashSet<>();

    private JsonObjectReader(ObjectNode object, String path, List<Fault> faults) {
        this.object = object;
        this.path = path;
        this.faults = faults;
    }

    public static JsonObjectReader of(ObjectNode body) {
        return new JsonObjectReader(body, "", new ArrayList<>());
    }

    /** The same collection of faults, for an object within. */
    public JsonObjectReader within(ObjectNode inner, String name) {
        return new JsonObjectReader(inner, path + name + ".", faults);
    }

    public void fault(String name, String detail) {
        faults.add(new Fault(path + name, detail));
    }

    public boolean isSound() {
        return faults.isEmpty();
    }

    /** Whatever is there; null if nothing is. */
    @Nullable
    public JsonNode any(String name) {
        read.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** Text for people, with nothing in it that a database or a screen would choke on. */
    public String text(String name, int longest) {
        JsonNode value = any(name);
        if (value == null) {
            return "";
        }
        if (!value.isTextual()) {
            fault(name, "must be text");
            return "";
        }
        TextValidation.fault(value.textValue(), longest).ifPresent(fault -> fault(name, fault));
        return value.textValue();
    }

    /** A text that must be there and look so. */
    public String name(String name, Pattern form, String rule) {
        if (any(name) == null) {
            fault(name, "is missing");
            return "";
        }
        return optionalName(name, form, rule).orElse("");
    }

    public Optional<String> optionalName(String name, Pattern form, String rule) {
        JsonNode value = any(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isTextual() && form.matcher(value.textValue()).matches()) {
            return Optional.of(value.textValue());
        }
        fault(name, rule);
        return Optional.empty();
    }

    public Optional<Long> integer(String name, long least, long most) {
        JsonNode value = any(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            long number = value.longValue();
            if (number >= least && number <= most) {
                return Optional.of(number);
            }
        }
        fault(name, "must be a whole number from " + least + " to " + most);
        return Optional.empty();
    }

    @Nullable
    public BigDecimal number(String name) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            return value.decimalValue();
        }
        fault(name, "must be a number");
        return null;
    }

    public boolean flag(String name, boolean fallback) {
        JsonNode value = any(name);
        if (value == null) {
            return fallback;
        }
        if (!value.isBoolean()) {
            fault(name, "must be true or false");
        }
        return value.asBoolean();
    }

    public Optional<ObjectNode> object(String name) {
        JsonNode value = any(name);
        if (value instanceof ObjectNode inner) {
            return Optional.of(inner);
        }
        if (value != null) {
            fault(name, "must be an object");
        }
        return Optional.empty();
    }

    /** The elements of an array; none where it is absent. */
    public List<JsonNode> list(String name, int most) {
        JsonNode value = any(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > most) {
            fault(name, "must be a list of at most " + most);
            return List.of();
        }
        var elements = new ArrayList<JsonNode>(value.size());
        value.forEach(elements::add);
        return elements;
    }

    /** Fields that nobody read are faults: a misspelt one must not be passed over. */
    public void end() {
        for (var field : object.properties()) {
            if (!read.contains(field.getKey())) {
                fault(TextValidation.shortened(field.getKey()), "there is no such field");
            }
        }
    }

    /** @throws ServiceException.Invalid with everything that was found wrong, here and in all objects within */
    public void check() {
        if (faults.isEmpty()) {
            return;
        }
        Fault first = faults.getFirst();
        String others = faults.size() == 1 ? "" : " (and " + (faults.size() - 1) + " more)";
        throw new ServiceException.Invalid(first.field() + ": " + first.detail() + others, faults);
    }
}
