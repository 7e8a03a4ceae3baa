package org.perilune.launcher;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds, in the source of a test, comparisons of a measured time with a bound. Textual: it follows a reading of a clock
 * through the variables of one method, and knows an assertion by its comparing words.
 */
final class MeasuredTime {
    private static final Pattern CLOCK = Pattern.compile(
            "nanoTime\\(\\)|currentTimeMillis\\(\\)|ThreadCpuTime\\(\\)|Duration\\.between\\([^;]*now\\(\\)");

    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+) (?:=|\\+=) |(\\w+)\\.add\\(");
    private static final Pattern BOUND =
            Pattern.compile("is(?:Less|Greater)Than|isBetween|isCloseTo|isNegative|isPositive|assertTimeout");

    private static final String END_OF_METHOD = "    }";

    private MeasuredTime() {}

    /** Statements that compare a measured time with something, each in one line. */
    static List<String> assertions(List<String> source) {
        var found = new ArrayList<String>();
        var method = new StringBuilder();
        for (String line : source) {
            method.append(line.strip()).append(' ');
            if (line.equals(END_OF_METHOD)) {
                found.addAll(ofMethod(method.toString()));
                method.setLength(0);
            }
        }
        return found;
    }

    private static List<String> ofMethod(String method) {
        var found = new ArrayList<String>();
        Set<String> measured = new HashSet<>();
        for (String statement : method.split("[;{}]")) {
            boolean time = CLOCK.matcher(statement).find() || mentions(statement, measured);
            if (!time) {
                continue;
            }
            if (statement.contains("assert") && BOUND.matcher(statement).find()) {
                found.add(statement.strip());
            }
            Matcher assignment = ASSIGNMENT.matcher(statement);
            if (assignment.find()) {
                measured.add(assignment.group(1) == null ? assignment.group(2) : assignment.group(1));
            }
        }
        return found;
    }

    private static boolean mentions(String statement, Set<String> names) {
        return names.stream()
                .anyMatch(name ->
                        Pattern.compile("\\b" + name + "\\b").matcher(statement).find());
    }
}
