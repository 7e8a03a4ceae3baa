package org.perilune.chassis.json;

import java.util.Optional;

/** What text from outside may be. */
public final class TextValidation {
    private static final int SHORT = 64;

    private TextValidation() {}

    /** What is wrong with a text: too long, control characters (PostgreSQL takes no NUL), or half characters. */
    public static Optional<String> fault(String text, int longest) {
        if (text.length() > longest) {
            return Optional.of("must have at most " + longest + " characters, not " + text.length());
        }
        for (int index = 0; index < text.length(); index++) {
            char one = text.charAt(index);
            if (Character.isISOControl(one) && one != '\n' && one != '\t') {
                return Optional.of("must not contain control characters");
            }
            if (Character.isHighSurrogate(one)
                    && index + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(index + 1))) {
                index++;
            } else if (Character.isSurrogate(one)) {
                return Optional.of("must be valid Unicode");
            }
        }
        return Optional.empty();
    }

    /** For repeating somebody's own words in an answer. */
    public static String shortened(String text) {
        return text.length() <= SHORT ? text : text.substring(0, SHORT) + "…";
    }
}
