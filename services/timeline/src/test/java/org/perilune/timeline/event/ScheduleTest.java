package org.perilune.timeline.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static Instant at(String text) {
        return Instant.parse(text);
    }

    private static List<String> some(String expression, String from, int number) {
        Schedule schedule = Schedule.parse(expression);
        var times = new ArrayList<String>();
        Instant next = schedule.atOrAfter(at(from)).orElseThrow();
        while (times.size() < number) {
            times.add(next.toString());
            next = schedule.after(next).orElseThrow();
        }
        return times;
    }

    @Test
    void comesOnTheLastDaysThatMonthsHave() {
        assertThat(some("30 6 31 * *", "2026-11-01T00:00:00Z", 4))
                .containsExactly(
                        "2026-12-31T06:30:00Z", "2027-01-31T06:30:00Z", "2027-03-31T06:30:00Z", "2027-05-31T06:30:00Z");
    }

    @Test
    void comesOnLeapDaysOnly() {
        assertThat(some("0 0 29 2 *", "2026-01-01T00:00:00Z", 3))
                .containsExactly("2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z", "2036-02-29T00:00:00Z");
    }

    @Test
    void goesOnOverTheEndOfTheYear() {
        assertThat(some("*/20 23 * * *", "2026-12-31T23:30:00Z", 4))
                .containsExactly(
                        "2026-12-31T23:40:00Z", "2027-01-01T23:00:00Z", "2027-01-01T23:20:00Z", "2027-01-01T23:40:00Z");
    }

    @Test
    void countsTheInstantItself() {
        Schedule hourly = Schedule.parse("0 * * * *");
        assertThat(hourly.atOrAfter(at("2026-11-21T10:00:00Z"))).contains(at("2026-11-21T10:00:00Z"));
        assertThat(hourly.atOrAfter(at("2026-11-21T10:00:00.001Z"))).contains(at("2026-11-21T11:00:00Z"));
        assertThat(hourly.after(at("2026-11-21T10:00:00Z"))).contains(at("2026-11-21T11:00:00Z"));
        assertThat(hourly.atOrBefore(at("2026-11-21T10:00:00Z"))).contains(at("2026-11-21T10:00:00Z"));
        assertThat(hourly.atOrBefore(at("2026-11-21T10:00:00.250Z"))).contains(at("2026-11-21T10:00:00Z"));
        assertThat(hourly.atOrBefore(at("2026-11-21T09:59:59.999Z"))).contains(at("2026-11-21T09:00:00Z"));
        assertThat(hourly.before(at("2026-11-21T10:00:00Z"))).contains(at("2026-11-21T09:00:00Z"));
    }

    @Test
    void saysWhereNothingComesAnyMore() {
        assertThat(Schedule.parse("0 0 31 2 *").atOrAfter(at("2026-11-21T00:00:00Z")))
                .isEmpty();
        assertThat(Schedule.parse("0 0 1 1 *").after(at("9999-06-01T00:00:00Z")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "0 0 32 * *", "@daily", "a b c d e"})
    void refusesWhatIsNoExpression(String expression) {
        assertThatThrownBy(() -> Schedule.parse(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0 L * * | in the day of month: \"L\" is not known here",
                "0 0 15W * * | in the day of month: \"15W\" is not known here",
                "0 0 * * 5#2 | in the day of week: \"5#2\" is not known here",
                "0 0 ? * * | in the day of month: ? is not known here",
                "60 * * * * | in the minute: \"60\" is not from 0 to 59",
                "* 24 * * * | in the hour: \"24\" is not from 0 to 23",
                "0 0 1 13 * | in the month: \"13\" is not from 1 to 12, or from JAN to DEC",
                "*/0 * * * * | in the minute: the step /0 must be from 1 to 59",
                "0 9-5 * * * | in the hour: the range 9-5 goes backwards",
                "0 0 1,, * * | in the day of month: \"\" is no value",
                "0 0 * * Monday | in the day of week: \"Monday\" is not from 0 to 7, or from SUN to SAT",
                "* * * * | has 4 fields; must be five fields: minute, hour",
                "0 0 0 ? * * | has 6 fields",
                "@daily | is a shorthand that is not known here"
            })
    void saysWhatIsWrong(String expression, String fault) {
        assertThatThrownBy(() -> Schedule.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/15 0-6,12 1 JAN-mar MON", "0 0 * * 7", "5 4 * * sun", "0 22 * * 1-5"})
    void takesWhatCronTakes(String expression) {
        assertThat(Schedule.parse(expression).atOrAfter(at("2026-01-01T00:00:00Z")))
                .isPresent();
    }
}
