package org.perilune.chassis.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What JSON of strangers must keep to, so that everybody can pass it on. */
public final class JsonLimits {
    /** Far from where readers of JSON give up: events come in lists within answers. */
    private static final int DEEPEST = 64;

    private JsonLimits() {}

    /** What is wrong, as the rest of a sentence; empty where nothing is. */
    public static Optional<String> fault(JsonNode json) {
        if (isDeeper(json, DEEPEST)) {
            return Optional.of("must not be nested more than " + DEEPEST + " deep");
        }
        return isUnicode(json) ? Optional.empty() : Optional.of("has half a character: a surrogate without its pair");
    }

    /** Else a text could be read, but never written. */
    public static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(one -> one >= Character.MIN_SURROGATE && one <= Character.MAX_SURROGATE);
    }

    private static boolean isDeeper(JsonNode node, int levels) {
        return node.isContainerNode()
                && (levels == 0 || node.valueStream().anyMatch(inner -> isDeeper(inner, levels - 1)));
    }

    /** Names of fields are checked by who reads them. */
    private static boolean isUnicode(JsonNode node) {
        return (!node.isTextual() || isUnicode(node.textValue()))
                && node.valueStream().allMatch(JsonLimits::isUnicode);
    }
}
