package org.perilune.moderation;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;

/**
 * Compiles the expressions of one list of rules. RE2 takes time linear in the text, but also in the size of its program,
 * and repeats within repeats make that large before it can be asked for: {@code ((a{1000}){1000}){1000}} fills the
 * memory. So sizes are estimated first, and bounded for all expressions together. One thread.
 */
final class Expressions {
    private static final int LONGEST = 500;
    private static final int MOST_STEPS = 5_000;
    private static final Pattern NOTHING = Pattern.compile("[^\\x00-\\x{10FFFF}]");

    private int left = MOST_STEPS;

    /** Something harmless where there is a fault. */
    Pattern read(JsonObjectReader in, String name) {
        String text = in.text(name, LONGEST);
        if (text.isEmpty()) {
            in.fault(name, "must be there, and not empty");
            return NOTHING;
        }
        if (text.length() > LONGEST || TextValidation.fault(text, LONGEST).isPresent()) {
            return NOTHING; // said already
        }
        if (text.contains("\\Q")) {
            in.fault(name, "must not use \\Q; put \\ before each character that has a meaning");
            return NOTHING;
        }
        if (estimate(text) > left) {
            in.fault(name, "is too large, or all patterns together are: repeat less often");
            return NOTHING;
        }
        try {
            Pattern pattern = Pattern.compile(text);
            left -= Math.max(0, pattern.programSize());
            if (left >= 0) {
                return pattern;
            }
            in.fault(name, "is too large, or all patterns together are");
        } catch (PatternSyntaxException failure) {
            in.fault(name, "is no expression of RE2: " + failure.getDescription());
        }
        return NOTHING;
    }

    /** At least as many steps as the expression's repeats unfold to; whether it is an expression does not matter. */
    static long estimate(String text) {
        Deque<Long> outer = new ArrayDeque<>();
        long sum = 0;
        long atom = 0;
        int at = 0;
        while (at < text.length()) {
            char one = text.charAt(at);
            int next = at + 1;
            switch (one) {
                case '(' -> {
                    outer.push(sum + atom);
                    sum = 0;
                    atom = 0;
                }
                case ')' -> {
                    atom = sum + atom + 2;
                    sum = outer.isEmpty() ? 0 : outer.pop();
                }
                case '{' -> {
                    int end = text.indexOf('}', at);
                    long times = end < 0 ? -1 : times(text.substring(next, end));
                    if (times < 0) {
                        sum += atom;
                        atom = 1;
                    } else {
                        atom = Math.min(atom * (times + 1) + times, Integer.MAX_VALUE);
                        next = end + 1;
                    }
                }
                case '*', '+', '?' -> atom += 1;
                case '[' -> {
                    sum += atom;
                    atom = 1;
                    next = afterClass(text, at);
                }
                case '\\' -> {
                    sum += atom;
                    atom = 1;
                    next = afterEscape(text, at);
                }
                default -> {
                    sum += atom;
                    atom = 1;
                }
            }
            at = next;
            sum = Math.min(sum, Integer.MAX_VALUE);
        }
        return outer.stream().mapToLong(Long::longValue).sum() + sum + atom;
    }

    /** How often {@code n}, {@code n,} or {@code n,m} repeats at most; -1 for anything else. */
    private static long times(String range) {
        String[] ends = range.split(",", -1);
        if (ends.length > 2 || !ends[0].matches("[0-9]{1,6}") || (ends.length == 2 && !ends[1].matches("[0-9]{0,6}"))) {
            return -1;
        }
        long least = Long.parseLong(ends[0]);
        return ends.length == 2 && !ends[1].isEmpty() ? Math.max(least, Long.parseLong(ends[1])) : least;
    }

    private static int afterEscape(String text, int at) {
        boolean named = at + 2 < text.length() && "pPx".indexOf(text.charAt(at + 1)) >= 0 && text.charAt(at + 2) == '{';
        int end = named ? text.indexOf('}', at) : at + 1;
        return end < 0 ? text.length() : Math.min(end + 1, text.length());
    }

    private static int afterClass(String text, int at) {
        int next = at + 1;
        if (next < text.length() && text.charAt(next) == '^') {
            next++;
        }
        if (next < text.length() && text.charAt(next) == ']') {
            next++;
        }
        while (next < text.length() && text.charAt(next) != ']') {
            if (text.charAt(next) == '\\') {
                next = afterEscape(text, next);
            } else if (text.startsWith("[:", next) && text.indexOf(":]", next) > 0) {
                next = text.indexOf(":]", next) + 2;
            } else {
                next++;
            }
        }
        return Math.min(next + 1, text.length());
    }
}
