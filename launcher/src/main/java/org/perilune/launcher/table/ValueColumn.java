package org.perilune.launcher.table;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.TelemetryLimits;

/** What is written in one column, gathered row by row, and what kind of values that makes them. Not safe for threads. */
public final class ValueColumn {
    private long withPoint;
    private long withComma;
    private long withEither;
    private long texts;
    private @Nullable Odd firstText;
    private @Nullable Odd firstPoint;
    private @Nullable Odd firstComma;
    private @Nullable Odd firstLong;
    private long tooLong;
    private char sign = '.';

    /** A cell that decided something. */
    record Odd(long line, String cell) {
        private static final int SHOWN = 40;

        @Override
        public String toString() {
            String shown = cell.length() <= SHOWN ? cell : cell.substring(0, SHOWN) + "…";
            return "'%s' in line %,d".formatted(shown, line);
        }
    }

    public void see(long line, String cell) {
        if (NumberText.isMissing(cell)) {
            return;
        }
        switch (NumberText.forms(cell)) {
            case NumberText.WITH_POINT -> {
                withPoint++;
                firstPoint = firstPoint == null ? new Odd(line, cell) : firstPoint;
            }
            case NumberText.WITH_COMMA -> {
                withComma++;
                firstComma = firstComma == null ? new Odd(line, cell) : firstComma;
            }
            case 0 -> {
                texts++;
                firstText = firstText == null ? new Odd(line, cell) : firstText;
                if (isTooLong(cell)) {
                    tooLong++;
                    firstLong = firstLong == null ? new Odd(line, cell) : firstLong;
                }
            }
            default -> {
                withEither++;
                if (NumberText.parse(cell, '.').isEmpty()
                        && NumberText.parse(cell, ',').isEmpty()) {
                    withEither--;
                    texts++;
                    firstText = firstText == null ? new Odd(line, cell) : firstText;
                }
            }
        }
    }

    private static boolean isTooLong(String cell) {
        return cell.length() > TelemetryLimits.LONGEST_TEXT_BYTES / 4
                && TelemetryLimits.cut(cell).length() < cell.length();
    }

    /** Whether nothing is written in it that could be kept. */
    public boolean isEmpty() {
        return withPoint + withComma + withEither + texts == 0;
    }

    public long withPoint() {
        return withPoint;
    }

    public long withComma() {
        return withComma;
    }

    /** @param otherwise the decimal sign where the column does not tell it */
    public void decide(char otherwise) {
        sign = withComma == withPoint ? otherwise : withComma > withPoint ? ',' : '.';
    }

    /** @param said the decimal sign that a person gave */
    public void decideAsSaid(char said) {
        sign = said;
    }

    private long numbers() {
        return withEither + (sign == ',' ? withComma : withPoint);
    }

    /** Cells that are none of the numbers. */
    private long others() {
        return texts + (sign == ',' ? withPoint : withComma);
    }

    /** Most of what is written in it. */
    public boolean isNumeric() {
        return numbers() > others() || others() == 0;
    }

    public OptionalDouble number(String cell) {
        return NumberText.parse(cell, sign);
    }

    public boolean hasDecimalComma() {
        return sign == ',' && withComma > 0;
    }

    /** What a person should know of it; empty where there is nothing odd. */
    public String oddity() {
        Odd other = firstOther();
        String cut = firstLong == null
                ? ""
                : "; %s is cut to %,d bytes"
                        .formatted(
                                tooLong == 1
                                        ? "the text in line %,d".formatted(firstLong.line())
                                        : "%,d texts, the first in line %,d,".formatted(tooLong, firstLong.line()),
                                TelemetryLimits.LONGEST_TEXT_BYTES);
        if (isNumeric() && other != null) {
            return (others() == 1
                            ? "numbers, but %s is kept as text".formatted(other)
                            : "numbers, but %,d cells are kept as text, the first %s".formatted(others(), other))
                    + cut;
        }
        if (!isNumeric() && numbers() > 0 && other != null) {
            return "text, because of %s".formatted(other)
                    + (others() == 1 ? "" : " and %,d more".formatted(others() - 1))
                    + cut;
        }
        return cut.isEmpty() ? "" : cut.substring(2);
    }

    private @Nullable Odd firstOther() {
        Odd wrongSign = sign == ',' ? firstPoint : firstComma;
        if (wrongSign == null || firstText == null) {
            return wrongSign == null ? firstText : wrongSign;
        }
        return wrongSign.line() < firstText.line() ? wrongSign : firstText;
    }
}
