package org.perilune.launcher.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.launcher.home.LauncherException;

/** Times as people have them. */
final class TimesTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private List<Instant> read(String text, TableOptions options, Instant... start) throws Exception {
        TableLayout layout =
                TableSniffer.layout(new TableFile(Files.writeString(folder.resolve("log.csv"), text)), options);
        TimeColumn time = Times.instants(layout, options, start.length == 0 ? null : start[0]);
        var times = new ArrayList<Instant>();
        layout.read(row -> times.add(time.read(row.fields()).orElse(Instant.MIN)));
        return times;
    }

    private Instant only(String header, String cell) throws Exception {
        return read(header + ";a\n" + cell + ";x\n", new TableOptions()).getFirst();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2015-08-20 23:58:30             | 2015-08-20T23:58:30Z
            2015-08-20 23:58:30.25          | 2015-08-20T23:58:30.250Z
            2015-08-20T23:58:30,25          | 2015-08-20T23:58:30.250Z
            2015-08-20T23:58:30             | 2015-08-20T23:58:30Z
            2015-08-20T23:58                | 2015-08-20T23:58:00Z
            2015-08-20T23:58:30Z            | 2015-08-20T23:58:30Z
            2015-08-20t23:58:30z            | 2015-08-20T23:58:30Z
            2015-08-20 23:58:30+00          | 2015-08-20T23:58:30Z
            2015-08-21 01:58:30.123456+02   | 2015-08-20T23:58:30.123456Z
            2015-08-21 01:58:30 +02:00      | 2015-08-20T23:58:30Z
            2015-08-20T20:58:30-0300        | 2015-08-20T23:58:30Z
            2015-08-20 23:58:30 UTC         | 2015-08-20T23:58:30Z
            2015-08-20 23:58:30 GMT         | 2015-08-20T23:58:30Z
            2015-08-21 01:58:30 UTC+2       | 2015-08-20T23:58:30Z
            2015-08-21 01:58:30 Europe/Berlin | 2015-08-20T23:58:30Z
            2015-08-21T01:58:30+02:00[Europe/Berlin] | 2015-08-20T23:58:30Z
            2015/08/20 23:58:30             | 2015-08-20T23:58:30Z
            2015/8/5 3:08                   | 2015-08-05T03:08:00Z
            2015.08.20 23:58:30             | 2015-08-20T23:58:30Z
            20.08.2015 23:58:30             | 2015-08-20T23:58:30Z
            20.08.2015, 23:58               | 2015-08-20T23:58:00Z
            20/08/2015 23:58:30             | 2015-08-20T23:58:30Z
            8/20/2015 11:58:30 PM           | 2015-08-20T23:58:30Z
            8/20/2015 12:58:30 am           | 2015-08-20T00:58:30Z
            20-Aug-2015 23:58:30            | 2015-08-20T23:58:30Z
            Thu, 20 Aug 2015 23:58:30 GMT   | 2015-08-20T23:58:30Z
            Aug 20, 2015 11:58:30 PM        | 2015-08-20T23:58:30Z
            2015-232T23:58:30               | 2015-08-20T23:58:30Z
            2015-232T23:58:30.5Z            | 2015-08-20T23:58:30.500Z
            2015:232:23:58:30               | 2015-08-20T23:58:30Z
            2015/232 23:58:30               | 2015-08-20T23:58:30Z
            20150820T235830Z                | 2015-08-20T23:58:30Z
            20150820 235830                 | 2015-08-20T23:58:30Z
            20150820235830                  | 2015-08-20T23:58:30Z
            201508202358                    | 2015-08-20T23:58:00Z
            2015082023                      | 2015-08-20T23:00:00Z
            20150820235830250               | 2015-08-20T23:58:30.250Z
            2015-08-20                      | 2015-08-20T00:00:00Z
            20260101                        | 2026-01-01T00:00:00Z
            20260101120000                  | 2026-01-01T12:00:00Z
            2016-12-31T24:00:00             | 2017-01-01T00:00:00Z
            2016-12-31T23:59:60Z            | 2017-01-01T00:00:00Z
            1440115110                      | 2015-08-20T23:58:30Z
            1440115110.5                    | 2015-08-20T23:58:30.500Z
            1440115110,5                    | 2015-08-20T23:58:30.500Z
            1.4401151105E9                  | 2015-08-20T23:58:30.500Z
            1440115110500                   | 2015-08-20T23:58:30.500Z
            1440115110500123                | 2015-08-20T23:58:30.500123Z
            1440115110500123456             | 2015-08-20T23:58:30.500123456Z
            """)
    void understandsInstantsAsFilesWriteThem(String cell, Instant expected) throws Exception {
        assertThat(only("time", cell)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "soon, is not a time that is known",
        "2015-13-01, is not a time that is known",
        "2015-08-20 25:00:00, is not a time that is known",
        "2015-366T00:00:00, is not a time that is known",
        "2015-08-20 12:00 EST, is not a time that is known",
        "05/08/2015, --time-format dmy or mdy",
        "46023.5, '--time-format excel, or --start INSTANT'",
        "0, --start",
        "86400, --start",
        "12.25, --start",
        "00:00:01, --start",
        "102:45:40, --start",
        "1/02:03:04, --start",
        "P1DT2H, --start"
    })
    void namesLineAndValueOfWhatIsNotClear(String cell, String advice) {
        assertThatThrownBy(() -> only("time", cell))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("'" + cell + "'")
                .hasMessageContaining(advice);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            seconds               | 0      | 1970-01-01T00:00:00Z
            seconds               | 86400  | 1970-01-02T00:00:00Z
            millis                | 86400  | 1970-01-01T00:01:26.400Z
            excel                 | 46023.5 | 2026-01-01T12:00:00Z
            excel                 | 46023.0416666667 | 2026-01-01T01:00:00Z
            dmy                   | 05/08/2015 1:00 | 2015-08-05T01:00:00Z
            mdy                   | 05/08/2015 1:00 | 2015-05-08T01:00:00Z
            yyyy-MM-dd-HH.mm.ss   | 2015-08-20-23.58.30 | 2015-08-20T23:58:30Z
            """)
    void takesAPersonsWordForTheFormat(String format, String cell, Instant expected) throws Exception {
        var options = new TableOptions();
        options.timeFormat = format;
        var layout = TableSniffer.layout(
                new TableFile(Files.writeString(folder.resolve("log.csv"), "time;a\n" + cell + ";x\n")), options);

        assertThat(Times.instants(layout, options, null)
                        .readAny(layout.sample().getFirst().fields()))
                .contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            time       | 0             | PT0S
            time       | 0.25          | PT0.25S
            time (ms)  | 250           | PT0.25S
            t [min]    | 1.5           | PT1M30S
            elapsed_us | 250           | PT0.00025S
            time       | 46023.5       | PT12H47M3.5S
            time       | 00:00:01.5    | PT1.5S
            met        | T+1/02:03:04  | PT26H3M4S
            met        | -00:10:00     | PT-10M
            """)
    void countsRelativeTimesFromTheStart(String header, String cell, Duration since) throws Exception {
        assertThat(read(header + ";a\n" + cell + ";x\n", new TableOptions(), START))
                .containsExactly(START.plus(since));
    }

    @Test
    void aStartIsOnlyForRelativeTimes() {
        assertThatThrownBy(() -> read("time,a\n2026-01-01T00:00:00Z,1\n", new TableOptions(), START))
                .hasMessageContaining("--start is for relative times");
    }

    @Test
    void countsThatLookLikeDaysNowAndThenAreCounts() {
        assertThatThrownBy(() -> read("time,a\n20260101,1\n20260199,1\n", new TableOptions()))
                .hasMessageContaining("look relative");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Date,Time,a\n2026-01-01,12:00:00,1\n2026-01-01,12:00:01,2\n",
                "Time,Date,a\n12:00,2026-01-01,1\n12:00:01,2026-01-01,2\n",
                "Datum;Uhrzeit;a\n01.01.2026;12:00:00;1,5\n01.01.2026;12:00:01;2,5\n",
                "date,a,time (UTC)\n20260101,1,12:00:00\n20260101,2,12:00:01\n",
                "Date,Time,a\n1/1/2026,12:00:00 PM,1\n1/1/2026,12:00:01 PM,2\n1/31/2026,1:00:00 PM,3\n",
                "year,month,day,hour,minute,second,a\n2026,1,1,12,0,0,7\n2026,01,01,12,00,01,7\n"
            })
    void putsDateAndTimeOfDayTogether(String text) throws Exception {
        assertThat(read(text, new TableOptions()).subList(0, 2))
                .containsExactly(Instant.parse("2026-01-01T12:00:00Z"), Instant.parse("2026-01-01T12:00:01Z"));
    }

    @Test
    void neverTakesMidnightForAll() throws Exception {
        String text = "date,a\n2026-01-01,1\n2026-01-01,2\n";
        assertThatThrownBy(() -> read(text, new TableOptions()))
                .hasMessageContaining("the same day more than once")
                .hasMessageContaining("--time-column");
        var options = new TableOptions();
        options.timeColumns = List.of("date");
        assertThat(read(text, options)).containsOnly(Instant.parse("2026-01-01T00:00:00Z"));
        options.timeColumns = List.of("day", "clock");
        assertThat(read("date,day,clock\n2020-01-01 01:00,2026-01-01,12:00\n", options))
                .containsExactly(Instant.parse("2026-01-01T12:00:00Z"));
    }

    @Test
    void prefersTheColumnThatTellsAll() throws Exception {
        assertThat(read("time,utc,a\n0.5,2026-01-01T12:00:00Z,1\n", new TableOptions()))
                .containsExactly(Instant.parse("2026-01-01T12:00:00Z"));
        assertThat(read("a,when\n1,2026-01-01T12:00:00Z\n", new TableOptions()))
                .containsExactly(Instant.parse("2026-01-01T12:00:00Z"));
    }

    @Test
    void aZoneIsForTimesThatNameNone() throws Exception {
        var options = new TableOptions();
        options.zone = "Europe/Berlin";
        assertThat(read("time,a\n2026-07-01 12:00,1\n2026-12-01 12:00,1\n2026-12-01 12:00Z,1\n", options))
                .containsExactly(
                        Instant.parse("2026-07-01T10:00:00Z"),
                        Instant.parse("2026-12-01T11:00:00Z"),
                        Instant.parse("2026-12-01T12:00:00Z"));
        options.zone = "Moon/Tycho";
        assertThatThrownBy(() -> read("time,a\n2026-07-01 12:00,1\n", options)).hasMessageContaining("Moon/Tycho");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            102:45:39.9           | PT102H45M39.9S
            102:45:39,9           | PT102H45M39.9S
            000:00:00             | PT0S
            -028:00:00            | PT-28H
            \u221200:10           | PT-10M
            195:08                | PT195H8M
            05:30.2               | PT5M30.2S
            T+01:02:03            | PT1H2M3S
            T-0:05                | PT-5M
            L - 00:05             | PT-5M
            MET 1/02:03:04        | PT26H3M4S
            3600                  | PT1H
            -0.5                  | PT-0.5S
            0,5                   | PT0.5S
            1/02:03:04            | PT26H3M4S
            -1/02:03:04           | PT-26H-3M-4S
            001:02:03:04          | PT26H3M4S
            1.02:03:04            | PT26H3M4S
            1 day, 2:03:04        | PT26H3M4S
            2 days, 2:03:04.5     | PT50H3M4.5S
            0 days 00:00:01.500000 | PT1.5S
            -1 day, 23:59:50      | PT-10S
            -1 days +23:59:50     | PT-10S
            1d 02:03:04           | PT26H3M4S
            1d 2h 3m 4.5s         | PT26H3M4.5S
            90 min                | PT1H30M
            P1DT2H                | PT26H
            PT1H2M3.5S            | PT1H2M3.5S
            -PT10M                | PT-10M
            """)
    void readsTimesSinceAStart(String text, Duration expected) {
        assertThat(ElapsedTime.parse(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "soon", "1:60:00", "1:00:61", "1:2:3:4:5", "1969-07-16", "--1", "1e5", "P", "PT", "T", "d"})
    void takesNothingElseForATimeSinceAStart(String text) {
        assertThat(ElapsedTime.parse(text)).isEmpty();
    }
}
