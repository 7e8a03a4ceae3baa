package org.perilune.timeline.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21T02:38:00Z",
                "2026-11-21t02:38:00z",
                " 2026-11-21 02:38 ",
                "2026-11-21T02:38:00.000000000Z",
                "2026-11-21 02:38:00,0 UTC",
                "2026-11-21 02:38:00+00",
                "2026-11-21T04:38:00+02:00",
                "2026-11-21T04:38+0200",
                "2026-11-20 21:38:00 -05",
                "2026/11/21 2:38:00 GMT",
                "2026.11.21 02:38",
                "20261121T023800Z",
                "20261121T0238Z",
                "2026-325T02:38:00Z"
            })
    void readsWhatPeopleWrite(String text) {
        assertThat(TimeText.parse(text)).isEqualTo(Instant.parse("2026-11-21T02:38:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1795228680 | is a number, of which nobody can tell what it counts",
                "46023.5 | is a number",
                "tomorrow | \"tomorrow\" cannot be read as a time; write it as 2026-11-21T02:38:00Z",
                "03/04/2026 10:00 | cannot be read as a time",
                "2026-11-21 | year first and with a time of day",
                "2026-11-21T02:38:00 CET | cannot be read as a time",
                "2026-02-30T00:00:00Z | does not exist: there is no such day",
                "2026-366T00:00Z | does not exist: there is no such day",
                "2026-13-01T00:00:00Z | months go from 1 to 12",
                "2026-11-21T24:00:00Z | hours go from 0 to 23; midnight at the end of a day is 00:00 of the next",
                "2026-11-21T12:60Z | minutes go from 0 to 59",
                "2026-11-21T12:00:60Z | seconds go from 0 to 59; a leap second is not known here",
                "2026-11-21T12:00:00+19 | a zone is at most 18 hours from UTC"
            })
    void saysWhatIsWrong(String text, String fault) {
        assertThatThrownBy(() -> TimeText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(fault);
    }
}
