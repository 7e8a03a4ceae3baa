package org.perilune.launcher.table;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A date, a time of day, or both, as files write them.
 *
 * @param date null where only a time of day is written
 * @param clock since midnight; null where only a date is written. 24 h is the end of the day, and a leap second the
 *     first second of the next minute
 * @param zone null where none is named
 */
record TimeText(
        @Nullable LocalDate date,
        @Nullable Duration clock,
        @Nullable ZoneId zone) {
    /** Which of 01/02/2026 is the day. */
    enum Order {
        DAY_FIRST,
        MONTH_FIRST,
        NONE
    }

    private static final String YEAR_FIRST = "(?<y>\\d{4})(?<s>[-/.])(?<m>\\d{1,2})\\k<s>(?<d>\\d{1,2})";
    private static final String COMPACT = "(?<yc>(?:19|20|21)\\d{2})(?<mc>\\d{2})(?<dc>\\d{2})";
    private static final String DAY_OF_YEAR = "(?<yo>\\d{4})[-:/](?<o>\\d{3})(?=\\D|$)";
    private static final String YEAR_LAST = "(?<a>\\d{1,2})(?<t>[-/.])(?<b>\\d{1,2})\\k<t>(?<yl>\\d{4})";
    private static final String NAMED = "(?<dn>\\d{1,2})[- .]{1,2}(?<mn>[A-Za-z]{3,9})\\.?[- ,]{1,2}(?<yn>\\d{4})";
    private static final String AMERICAN = "(?<ma>[A-Za-z]{3,9})\\.? (?<da>\\d{1,2}),? (?<ya>\\d{4})";
    private static final Pattern DATE = Pattern.compile("(?:[A-Za-z]{3,9},? )?(?:" + YEAR_FIRST + "|" + DAY_OF_YEAR
            + "|" + YEAR_LAST + "|" + NAMED + "|" + AMERICAN + "|" + COMPACT + ")");

    /** Between date and time of day. */
    private static final Pattern BETWEEN = Pattern.compile("[Tt :,;_]\\s*|\\s+|(?<=\\d{8})(?=\\d{4}|\\d{2}$)");

    private static final Pattern CLOCK = Pattern.compile(
            "(?<h>\\d{1,2}):(?<i>\\d{2})(?::(?<s>\\d{2})(?:[.,](?<f>\\d{1,9})\\d*)?)?(?:\\s*(?<p>[AaPp])\\.?[Mm]\\.?)?");
    private static final Pattern COMPACT_CLOCK =
            Pattern.compile("(?<h>\\d{2})(?:(?<i>\\d{2})(?:(?<s>\\d{2})(?:[.,]?(?<f>\\d{1,9}))?)?)?");
    private static final Pattern ZONE = Pattern.compile(
            "\\s*(?:(?<u>Z|UTC|GMT|UT)?(?<n>[+-]\\d{1,2}(?::?\\d{2})?)?(?:\\[[^]]+])?|(?<r>[A-Z][A-Za-z]+(?:/[A-Za-z_+-]+\\d*)+))",
            Pattern.CASE_INSENSITIVE);
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    /** Empty if it is none of these, or the order of day and month is not known. */
    static Optional<TimeText> parse(String text, Order order) {
        // Nothing shorter or longer is a time, and most cells that are looked at are numbers.
        if (text.length() < 4 || text.length() > 60 || !Character.isLetterOrDigit(text.charAt(0))) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(read(text, order));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }

    private static @Nullable TimeText read(String text, Order order) {
        Matcher date = DATE.matcher(text);
        if (!date.lookingAt()) {
            return withClock(null, text, CLOCK);
        }
        LocalDate day = day(date, order);
        if (day == null) {
            return null;
        }
        String rest = text.substring(date.end());
        if (rest.isEmpty()) {
            return new TimeText(day, null, null);
        }
        Matcher between = BETWEEN.matcher(text).region(date.end(), text.length());
        between.useTransparentBounds(true);
        if (between.lookingAt()) {
            String clock = text.substring(between.end());
            TimeText whole = withClock(day, clock, CLOCK);
            whole = whole == null ? withClock(day, clock, COMPACT_CLOCK) : whole;
            if (whole != null) {
                return whole;
            }
        }
        ZoneId zone = zone(rest);
        return zone == null ? null : new TimeText(day, null, zone);
    }

    private static @Nullable TimeText withClock(@Nullable LocalDate day, String text, Pattern pattern) {
        Matcher clock = pattern.matcher(text);
        if (!clock.lookingAt()) {
            return null;
        }
        String rest = text.substring(clock.end());
        ZoneId zone = rest.isEmpty() ? null : zone(rest);
        Duration since = rest.isEmpty() || zone != null ? sinceMidnight(clock, pattern == CLOCK) : null;
        return since == null ? null : new TimeText(day, since, zone);
    }

    private static @Nullable LocalDate day(Matcher date, Order order) {
        if (date.group("y") != null) {
            return LocalDate.of(number(date, "y"), number(date, "m"), number(date, "d"));
        }
        if (date.group("yo") != null) {
            return LocalDate.ofYearDay(number(date, "yo"), number(date, "o"));
        }
        if (date.group("yc") != null) {
            return LocalDate.of(number(date, "yc"), number(date, "mc"), number(date, "dc"));
        }
        if (date.group("yl") != null) {
            // With dots it is the day that comes first, wherever dates are written so.
            if (order == Order.NONE && !date.group("t").equals(".")) {
                return null;
            }
            boolean monthFirst = order == Order.MONTH_FIRST;
            return LocalDate.of(
                    number(date, "yl"), number(date, monthFirst ? "a" : "b"), number(date, monthFirst ? "b" : "a"));
        }
        String suffix = date.group("yn") != null ? "n" : "a";
        int month = MONTHS.indexOf(date.group("m" + suffix).substring(0, 3).toLowerCase(Locale.ROOT)) + 1;
        return month == 0 ? null : LocalDate.of(number(date, "y" + suffix), month, number(date, "d" + suffix));
    }

    private static int number(Matcher matcher, String group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static @Nullable Duration sinceMidnight(Matcher clock, boolean mayHaveHalves) {
        int hours = number(clock, "h");
        String half = mayHaveHalves ? clock.group("p") : null;
        if (half != null) {
            if (hours < 1 || hours > 12) {
                return null;
            }
            hours = hours % 12 + (half.equalsIgnoreCase("p") ? 12 : 0);
        }
        int minutes = clock.group("i") == null ? 0 : number(clock, "i");
        int seconds = clock.group("s") == null ? 0 : number(clock, "s");
        String fraction = clock.group("f") == null ? "" : clock.group("f");
        Duration since = Duration.ofHours(hours)
                .plusMinutes(minutes)
                .plusSeconds(seconds)
                .plusNanos(Long.parseLong((fraction + "000000000").substring(0, 9)));
        boolean leapSecond = seconds == 60 && minutes == 59;
        boolean sound = minutes < 60 && (seconds < 60 || leapSecond) && hours <= 24;
        return sound && (hours < 24 || since.equals(Duration.ofDays(1))) ? since : null;
    }

    private static @Nullable ZoneId zone(String text) {
        Matcher zone = ZONE.matcher(text);
        if (!zone.matches()) {
            return null;
        }
        if (zone.group("r") != null) {
            return ZoneId.of(zone.group("r"));
        }
        String offset = zone.group("n");
        if (offset == null) {
            return zone.group("u") == null ? null : ZoneOffset.UTC;
        }
        String digits = offset.substring(1).replace(":", "");
        int hours = Integer.parseInt(digits.substring(0, Math.min(2, digits.length())));
        int minutes = digits.length() > 2 ? Integer.parseInt(digits.substring(2)) : 0;
        int sign = offset.startsWith("-") ? -1 : 1;
        return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }

    /** A date of one column and a time of day of another. Empty if they are no such pair. */
    Optional<TimeText> with(TimeText other) {
        if ((date == null) == (other.date == null) || (clock == null) == (other.clock == null)) {
            return Optional.empty();
        }
        return Optional.of(new TimeText(
                date == null ? other.date : date,
                clock == null ? other.clock : clock,
                zone == null ? other.zone : zone));
    }

    boolean isWhole() {
        return date != null && clock != null;
    }

    /** As if there were no zone but the one that is given or named; midnight where no time of day is written. */
    Optional<LocalDateTime> local() {
        return date == null
                ? Optional.empty()
                : Optional.of(date.atStartOfDay().plus(clock == null ? Duration.ZERO : clock));
    }

    /** Of an hour that comes twice, when clocks are set back, the first. */
    Optional<Instant> instant(ZoneId otherwise) {
        return local().map(
                        local -> local.atZone(zone == null ? otherwise : zone).toInstant());
    }
}
