package org.perilune.sdk;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.perilune.contracts.v1.Stage;

/**
 * How a command ended. It never ends in another way.
 *
 * @param stage a final one
 * @param detail for people; may be empty
 * @param results by name; values are Double or String
 * @param at by the device's clock
 */
public record CommandEnd(Stage stage, String detail, Map<String, Object> results, Instant at) {
    public CommandEnd {
        results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    }
}
