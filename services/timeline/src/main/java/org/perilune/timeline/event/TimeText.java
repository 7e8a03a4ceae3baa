package org.perilune.timeline.event;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads an instant as people write it: a date, a day of the year, a time with or without a fraction, and a zone; without
 * one it is UTC. What could be read in two ways, such as 03/04/2026, is not.
 */
final class TimeText {
    private static final Pattern TEXT =
            Pattern.compile("(?<date>[0-9]{4}([-/.][0-9]{1,2}[-/.][0-9]{1,2}|[-/.][0-9]{3}|[0-9]{4}))"
                    + "([T ] *(?<time>[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?|[0-9]{4}([0-9]{2})?))"
                    + " *(?<zone>Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+([.,][0-9]+)?");

    private TimeText() {}

    /** @throws IllegalArgumentException whose message says what is wrong, for people */
    static Instant parse(String text) {
        String plain = text.strip().toUpperCase(Locale.ROOT);
        if (NUMBER.matcher(plain).matches() && plain.length() != 8) {
            throw new IllegalArgumentException(
                    "is a number, of which nobody can tell what it counts; write it as 2026-11-21T02:38:00Z");
        }
        Matcher matcher = TEXT.matcher(plain);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + shown(text) + "\" cannot be read as a time; write it as 2026-11-21T02:38:00Z,"
                            + " year first and with a time of day");
        }
        try {
            LocalDateTime local = date(matcher.group("date")).atTime(time(matcher.group("time")));
            return OffsetDateTime.of(local, zone(matcher.group("zone"))).toInstant();
        } catch (DateTimeException impossible) {
            throw new IllegalArgumentException(
                    "\"" + shown(text) + "\" does not exist: " + why(impossible), impossible);
        }
    }

    private static LocalDate date(String text) {
        String digits = text.replaceAll("[-/.]", "-");
        String[] parts = digits.split("-");
        if (parts.length == 2) {
            return LocalDate.ofYearDay(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
        if (parts.length == 1) {
            return LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE);
        }
        return LocalDate.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    private static LocalTime time(String text) {
        if (!text.contains(":")) {
            int second = text.length() > 4 ? Integer.parseInt(text.substring(4)) : 0;
            return LocalTime.of(Integer.parseInt(text.substring(0, 2)), Integer.parseInt(text.substring(2, 4)), second);
        }
        String[] parts = text.replace(',', '.').split("[:.]");
        int second = parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
        int nanos = parts.length > 3 ? Integer.parseInt((parts[3] + "00000000").substring(0, 9)) : 0;
        return LocalTime.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), second, nanos);
    }

    private static ZoneOffset zone(@Nullable String text) {
        boolean offset = text != null && (text.startsWith("+") || text.startsWith("-"));
        return offset && text != null ? ZoneOffset.of(text) : ZoneOffset.UTC;
    }

    private static String why(DateTimeException impossible) {
        String message = String.valueOf(impossible.getMessage());
        if (message.contains("SecondOfMinute")) {
            return "seconds go from 0 to 59; a leap second is not known here";
        }
        if (message.contains("MinuteOfHour")) {
            return "minutes go from 0 to 59";
        }
        if (message.contains("HourOfDay")) {
            return "hours go from 0 to 23; midnight at the end of a day is 00:00 of the next";
        }
        if (message.contains("MonthOfYear")) {
            return "months go from 1 to 12";
        }
        if (message.contains("offset") || message.contains("Zone")) {
            return "a zone is at most 18 hours from UTC";
        }
        return "there is no such day";
    }

    private static String shown(String text) {
        return text.length() <= 64 ? text : text.substring(0, 63) + "…";
    }
}
