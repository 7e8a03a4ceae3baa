package org.perilune.sdk;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command as it came.
 *
 * @param id names it for ever; the same id takes effect once
 * @param type such as "SET_ATTITUDE"
 * @param arguments by name, in the order in which they came; values are Double, Long, String or Boolean
 * @param sentAt when it was sent, by the ground's clock
 * @param notAfter it is not begun after this instant
 * @param critical a second person approved it
 * @param repeatable doing it twice does no more than doing it once
 */
public record DeviceCommand(
        String id,
        String type,
        Map<String, Object> arguments,
        Instant sentAt,
        Instant notAfter,
        boolean critical,
        boolean repeatable) {

    public DeviceCommand {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    public boolean has(String name) {
        return arguments.containsKey(name);
    }

    /**
     * A number, whether it came as one with a fraction or without.
     *
     * @throws IllegalArgumentException if there is none of this name; its message is for people
     */
    public double number(String name) {
        if (arguments.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw missing(name, "a number");
    }

    /** @throws IllegalArgumentException as {@link #number}, also for a number that is not whole */
    public long integer(String name) {
        @Nullable Object value = arguments.get(name);
        if (value instanceof Long whole) {
            return whole;
        }
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 0x1p53) {
            return number.longValue();
        }
        throw missing(name, "a whole number");
    }

    /** @throws IllegalArgumentException as {@link #number} */
    public String text(String name) {
        if (arguments.get(name) instanceof String text) {
            return text;
        }
        throw missing(name, "a text");
    }

    /** @throws IllegalArgumentException as {@link #number} */
    public boolean flag(String name) {
        if (arguments.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw missing(name, "true or false");
    }

    private IllegalArgumentException missing(String name, String kind) {
        return new IllegalArgumentException(type + " needs " + kind + " named " + name);
    }
}
