package org.perilune.query.search;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Text as search compares it: without accents, in small letters, cut at every sign. As the function of V2__search.sql. */
final class FoldedText {
    private static final Pattern MARKS = Pattern.compile("[\\u0300-\\u036F]+");
    private static final Pattern SIGNS = Pattern.compile("[\\u0000-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u00BF"
            + "\\u2000-\\u206F\\u2190-\\u2BFF\\u3000-\\u303F]+");

    private FoldedText() {}

    /** Words, with one blank between two. */
    static String of(String text) {
        String plain =
                MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
        return SIGNS.matcher(plain).replaceAll(" ").toLowerCase(Locale.ROOT).strip();
    }
}
