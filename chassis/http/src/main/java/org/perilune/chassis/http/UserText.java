package org.perilune.chassis.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.JsonObjectReader;

/**
 * What people write for people: Markdown, titles, reasons. Line ends become line feeds; the rest is kept as it is, HTML
 * and scripts included, which is harmless where pages escape it.
 */
public final class UserText {
    private UserText() {}

    /** Several lines; empty with a fault where it is missing, blank or not fit. */
    public static String text(JsonObjectReader in, String name, int longest) {
        return optional(in, name, longest, false).orElseGet(() -> {
            if (in.any(name) == null) {
                in.fault(name, "is missing");
            }
            return "";
        });
    }

    /** Several lines; empty where it is absent, or has a fault. */
    public static Optional<String> optionalText(JsonObjectReader in, String name, int longest) {
        return optional(in, name, longest, false);
    }

    /** One line; empty where it is absent, or has a fault. */
    public static Optional<String> optionalLine(JsonObjectReader in, String name, int longest) {
        return optional(in, name, longest, true);
    }

    private static Optional<String> optional(JsonObjectReader in, String name, int longest, boolean line) {
        JsonNode value = in.any(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            in.fault(name, "must be text");
            return Optional.empty();
        }
        String text = value.textValue().replace("\r\n", "\n").replace('\r', '\n');
        String fault = fault(text, longest, line);
        if (fault != null) {
            in.fault(name, fault);
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static @Nullable String fault(String text, int longest, boolean line) {
        int length = text.codePointCount(0, text.length());
        if (length > longest) {
            return "must have at most " + longest + " characters, not " + length;
        }
        if (text.isBlank()) {
            return "must not be empty";
        }
        return text.codePoints()
                .mapToObj(character -> fault(character, line))
                .filter(fault -> !fault.isEmpty())
                .findFirst()
                .orElse(null);
    }

    private static String fault(int character, boolean line) {
        if (character == '\n' && line) {
            return "must be one line";
        }
        if (Character.isISOControl(character) && character != '\n' && character != '\t') {
            return "must not contain control characters but tab and line feed";
        }
        if (Character.getType(character) == Character.SURROGATE) {
            return "must be valid Unicode";
        }
        return shuffles(character) ? "must not contain characters that change the order of others on the screen" : "";
    }

    /** Embeddings, overrides and isolates (https://www.unicode.org/reports/tr9/), and separators of lines. */
    private static boolean shuffles(int character) {
        return (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069)
                || character == 0x2028
                || character == 0x2029;
    }
}
