package org.perilune.launcher.table;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Numbers as files write them: {@code 1234.5}, {@code 1,234.5}, {@code 1.234,5}, {@code 1 234,5}, {@code -2E+3}. What is
 * the decimal sign of one number alone is not always known: {@code 1,234} is a thousand to some and one to others.
 */
public final class NumberText {
    /** The bits of {@link #forms}. */
    static final int WITH_POINT = 1;

    static final int WITH_COMMA = 2;

    private static final int LONGEST = 40;

    /** Whole numbers of fewer digits are exact in a double. */
    private static final int EXACT_DIGITS = 15;

    private static final Set<String> MISSING = Set.of(
            "nan", "null", "none", "nil", "na", "n/a", "#n/a", "#na", "\\n", "-", "--", "---", "?", "inf", "infinity");

    private NumberText() {}

    /** Whether it stands for no value in a column of numbers. */
    public static boolean isMissing(String cell) {
        if (cell.isEmpty()) {
            return true;
        }
        if (cell.length() > 9 || Character.isDigit(cell.charAt(cell.length() - 1))) {
            return false;
        }
        String word = cell.toLowerCase(Locale.ROOT);
        return MISSING.contains(word)
                || ((word.startsWith("+") || word.startsWith("-")) && MISSING.contains(word.substring(1)));
    }

    static boolean isNumber(String cell) {
        return forms(cell) != 0;
    }

    /** With which decimal signs it is a number; 0: with none. */
    static int forms(String cell) {
        if (cell.isEmpty() || cell.length() > LONGEST) {
            return 0;
        }
        return (isWritten(cell, '.') ? WITH_POINT : 0) | (isWritten(cell, ',') ? WITH_COMMA : 0);
    }

    private static boolean isWritten(String cell, char decimal) {
        int end = cell.length();
        int at = isSign(cell.charAt(0)) ? 1 : 0;
        int wholeFrom = at;
        int digits = 0;
        int group = 0;
        char separator = 0;
        while (at < end && (isDigit(cell.charAt(at)) || isGrouping(cell.charAt(at), decimal))) {
            char character = cell.charAt(at);
            if (isDigit(character)) {
                digits++;
                group++;
            } else {
                boolean first = separator == 0;
                if ((first ? group < 1 || group > 3 : group != 3) || (!first && character != separator)) {
                    return false;
                }
                separator = character;
                group = 0;
            }
            at++;
        }
        // Nobody writes thousands of nothing: 0.125 is no 125.
        if (separator != 0 && (group != 3 || cell.charAt(wholeFrom) == '0')) {
            return false;
        }
        if (at < end && cell.charAt(at) == decimal) {
            at++;
            while (at < end && isDigit(cell.charAt(at))) {
                digits++;
                at++;
            }
        }
        return digits > 0 && (at == end || isExponent(cell, at));
    }

    private static boolean isExponent(String cell, int from) {
        int at = from + 1;
        if (Character.toLowerCase(cell.charAt(from)) != 'e' || at == cell.length()) {
            return false;
        }
        if (isSign(cell.charAt(at))) {
            at++;
        }
        int digits = cell.length() - at;
        return digits >= 1 && digits <= 3 && cell.substring(at).chars().allMatch(c -> isDigit((char) c));
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static boolean isSign(char character) {
        return character == '-' || character == '+' || character == '\u2212';
    }

    /** Between thousands: a space of some kind, an apostrophe, or the sign that is not the decimal one. */
    private static boolean isGrouping(char character, char decimal) {
        return switch (character) {
            case ' ', '\u00a0', '\u202f', '\'', '\u2019' -> true;
            case '.', ',' -> character != decimal;
            default -> false;
        };
    }

    /** Empty where it is no number with this decimal sign, or one that would not be kept exactly or at all. */
    static OptionalDouble parse(String cell, char decimal) {
        if (cell.isEmpty() || cell.length() > LONGEST || !isWritten(cell, decimal)) {
            return OptionalDouble.empty();
        }
        String plain = plain(cell, decimal);
        double number = Double.parseDouble(plain);
        boolean kept = Double.isFinite(number)
                && (plain.length() <= EXACT_DIGITS || plain.indexOf('.') >= 0 || isExact(plain, number));
        return kept ? OptionalDouble.of(number) : OptionalDouble.empty();
    }

    private static boolean isExact(String plain, double number) {
        return plain.indexOf('e') >= 0
                || plain.indexOf('E') >= 0
                || new BigDecimal(number).compareTo(new BigDecimal(plain)) == 0;
    }

    /** As Java writes it. */
    static String plain(String cell, char decimal) {
        boolean asItIs = decimal == '.';
        for (int i = 0; asItIs && i < cell.length(); i++) {
            char character = cell.charAt(i);
            asItIs = character < 128 && !isGrouping(character, decimal);
        }
        if (asItIs) {
            return cell;
        }
        var plain = new StringBuilder(cell.length());
        for (int i = 0; i < cell.length(); i++) {
            char character = cell.charAt(i);
            if (character == decimal) {
                plain.append('.');
            } else if (character == '\u2212') {
                plain.append('-');
            } else if (!isGrouping(character, decimal)) {
                plain.append(character);
            }
        }
        return plain.toString();
    }
}
