package org.perilune.query.search;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What to look for, the same for every engine: all of some words and phrases, and none of others; nothing is found where
 * nothing is wanted. Each is folded; one of several words is a phrase, such as {@code "set attitude"} or
 * {@code SET_ATTITUDE}.
 */
record SearchTerms(List<String> wanted, List<String> unwanted) {
    /** A phrase in quotes, whose end may be missing, or what stands between blanks. */
    private static final Pattern TERM = Pattern.compile("(-?)\"([^\"]*)\"?|(\\S+)");

    SearchTerms {
        wanted = List.copyOf(wanted);
        unwanted = List.copyOf(unwanted);
    }

    /** A minus leaves out what follows it, if that is a phrase or begins with a letter: {@code -5} is a number. */
    static SearchTerms read(String words) {
        var wanted = new ArrayList<String>();
        var unwanted = new ArrayList<String>();
        Matcher terms = TERM.matcher(words);
        while (terms.find()) {
            String plain = terms.group(3);
            boolean minus = plain == null
                    ? terms.group(1).equals("-")
                    : plain.length() > 1 && plain.startsWith("-") && Character.isLetter(plain.codePointAt(1));
            String folded = FoldedText.of(plain == null ? terms.group(2) : plain);
            if (!folded.isEmpty()) {
                (minus ? unwanted : wanted).add(folded);
            }
        }
        return new SearchTerms(wanted, unwanted);
    }
}
