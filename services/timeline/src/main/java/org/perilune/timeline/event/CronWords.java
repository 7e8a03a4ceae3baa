package org.perilune.timeline.event;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what is wrong with a cron expression, by the field that it is in. */
final class CronWords {
    static final String EXPECTED =
            "must be five fields: minute, hour, day of month, month, day of week, such as 30 6 * * 1-5";

    private static final int LONGEST = 100;
    private static final Pattern FIVE_FIELDS = Pattern.compile("\\S+( +\\S+){4}");
    private static final Pattern PART = Pattern.compile("(\\*|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(/([0-9]+))?");

    private static final List<Field> FIELDS = List.of(
            new Field("minute", 0, 59, List.of()),
            new Field("hour", 0, 23, List.of()),
            new Field("day of month", 1, 31, List.of()),
            new Field(
                    "month",
                    1,
                    12,
                    List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
            // 7 is Sunday, too.
            new Field("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")));

    private CronWords() {}

    /** @param names of its values, from the lowest on */
    private record Field(String name, int lowest, int highest, List<String> names) {
        /** A weekend goes from Saturday to Sunday, whatever their numbers. */
        boolean isWeek() {
            return highest == 7;
        }

        String range() {
            String named = names.isEmpty() ? "" : ", or from " + names.getFirst() + " to " + names.getLast();
            return "from " + lowest + " to " + highest + named;
        }

        /** -1 where it is none. */
        int value(String text) {
            int named = names.indexOf(text.toUpperCase(Locale.ROOT));
            if (named >= 0) {
                return lowest + named;
            }
            boolean number = text.length() <= 4 && text.chars().allMatch(c -> c >= '0' && c <= '9');
            int value = number ? Integer.parseInt(text) : -1;
            return value >= lowest && value <= highest ? value : -1;
        }
    }

    /** @throws IllegalArgumentException whose message is for people */
    static void check(String expression) {
        if (expression.startsWith("@")) {
            throw new IllegalArgumentException("is a shorthand that is not known here; " + EXPECTED);
        }
        if (expression.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters; " + EXPECTED);
        }
        if (!FIVE_FIELDS.matcher(expression).matches()) {
            int number = expression.isBlank() ? 0 : expression.strip().split("\\s+").length;
            throw new IllegalArgumentException(
                    number == 5
                            ? EXPECTED + ", with blanks between them only"
                            : "has " + number + " fields; " + EXPECTED);
        }
        String[] given = expression.split(" +");
        for (int place = 0; place < given.length; place++) {
            for (String part : given[place].split(",", -1)) {
                check(FIELDS.get(place), part);
            }
        }
    }

    private static void check(Field field, String part) {
        if (part.equals("?")) {
            throw fault(field, "? is not known here; * stands for every one");
        }
        if (part.matches("(?i)([0-9]*L(-[0-9]+)?|[0-9A-Z]*L|[0-9]+W|LW|[0-9A-Z]+#[0-9]+)") && field.value(part) < 0) {
            throw fault(
                    field,
                    "\"" + part + "\" is not known here: the last, the nearest working day and the n-th weekday cannot"
                            + " be said; give " + field.range());
        }
        Matcher matcher = PART.matcher(part);
        if (!matcher.matches()) {
            throw fault(field, "\"" + part + "\" is no value, range or list; give " + field.range() + ", or *");
        }
        String step = matcher.group(4);
        if (step != null
                && (step.length() > 3 || Integer.parseInt(step) < 1 || Integer.parseInt(step) > field.highest)) {
            throw fault(field, "the step /" + step + " must be from 1 to " + field.highest);
        }
        if (!matcher.group(1).equals("*")) {
            checkRange(field, matcher.group(1).split("-"));
        }
    }

    private static void checkRange(Field field, String[] ends) {
        for (String end : ends) {
            if (field.value(end) < 0) {
                throw fault(field, "\"" + end + "\" is not " + field.range());
            }
        }
        if (ends.length == 2 && !field.isWeek() && field.value(ends[0]) > field.value(ends[1])) {
            throw fault(
                    field, "the range " + ends[0] + "-" + ends[1] + " goes backwards; write it as two, with a comma");
        }
    }

    private static IllegalArgumentException fault(Field field, String detail) {
        return new IllegalArgumentException("in the " + field.name + ": " + detail);
    }
}
