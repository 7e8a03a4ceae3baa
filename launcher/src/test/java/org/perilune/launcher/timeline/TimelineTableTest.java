package org.perilune.launcher.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableOptions;

final class TimelineTableTest {
    @TempDir
    private Path folder = Path.of("");

    private TimelineTable table(String text) throws IOException, InterruptedException {
        return TimelineTable.of(new TableFile(Files.writeString(folder.resolve("log.csv"), text)), new TableOptions());
    }

    @Test
    void findsColumnsByTheirHeadersAndLeavesOutWhatHasNoTime() throws Exception {
        TimelineTable table = table("""
                \ufeffDevice,Ground Elapsed Time,Event,Command,Parameters
                ,-000:10:00,Countdown goes on,,
                eagle,000:00:01,"Lift-off, all well",SET_REPORT,"{""interval_seconds"": 2}"
                ,,Crew released,,

                ,000:00:02,%s,,
                """.formatted("x".repeat(300)));

        assertThat(table.rows()).extracting(TimelineRow::line).containsExactly(2L, 3L, 6L);
        assertThat(table.rows().getFirst())
                .extracting(TimelineRow::elapsed, TimelineRow::name, TimelineRow::device, TimelineRow::command)
                .containsExactly(Duration.ofMinutes(-10), "Countdown goes on", null, null);
        assertThat(table.rows().get(1))
                .extracting(
                        TimelineRow::name,
                        TimelineRow::device,
                        TimelineRow::command,
                        row -> row.parameters().toString())
                .containsExactly("Lift-off, all well", "eagle", "SET_REPORT", "{\"interval_seconds\":2}");
        assertThat(table.rows().getLast().name()).hasSize(200).endsWith("…");
        assertThat(table.notes())
                .containsExactly(
                        "Line 4: column Ground Elapsed Time is empty; 'Crew released' is left out",
                        "Line 6: column Event is longer than 200 characters and is cut");
    }

    @Test
    void tellsEveryFaultByLineAndColumn() {
        assertThatThrownBy(() -> table("""
                        elapsed,name,command,parameters
                        later,a,,
                        1,,,
                        2,b,X,[1]
                        3,c,X,{
                        4,d,,"{""a"":1}"
                        5,e
                        """))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("nothing was sent")
                .hasMessageContaining("Line 2, column elapsed: 'later' is no time")
                .hasMessageContaining("Line 3, column name: is empty")
                .hasMessageContaining("Line 4, column parameters: is no JSON object")
                .hasMessageContaining("Line 5, column parameters: is not JSON")
                .hasMessageContaining("Line 6, column parameters: is given, but there is no command")
                .hasMessageContaining("Line 7: has 2 fields where the header has 4");
        assertThatThrownBy(() -> table("when,event\n1,a\n")).hasMessageContaining("--time-column: [when, event]");
        assertThatThrownBy(() -> table("elapsed,note\n1,a\n")).hasMessageContaining("event, name or description");
    }

    @Test
    void saysWhatItUnderstood() throws Exception {
        TimelineTable table = table("get;event\n-1/02:00:00;a\n;b\n1 day, 2:03:04;c\n");

        assertThat(table.described())
                .containsExactly(
                        "log.csv: columns separated by semicolons, UTF-8; header in line 1; 3 rows",
                        "Time: column get: hours, minutes and seconds since the start; from -26:00:00 to 26:03:04",
                        "Event: column event");
        assertThat(table.leftOut()).isEqualTo(1);
    }

    @Test
    void datesAndTimesCountFromTheFirst() throws Exception {
        TimelineTable table = table("Date;Time;Event\n1969-07-16;13:32;Lift-off\n1969-07-20;20:17:40;Landing\n");

        assertThat(table.rows())
                .extracting(TimelineRow::elapsed)
                .containsExactly(
                        Duration.ZERO, Duration.ofHours(102).plusMinutes(45).plusSeconds(40));
        assertThat(table.described())
                .contains("Time: column Date and Time: dates and times, no zone named, taken as UTC;"
                        + " from 0:00:00 to 102:45:40 after the first, 1969-07-16T13:32:00Z, which becomes the start");
    }

    @Test
    void countsFromAnotherStartAtAnotherSpeed() throws Exception {
        var start = Instant.parse("2026-11-21T12:00:00Z");
        var row = table("elapsed,event\n-1:00:00,a\n").rows().getFirst();

        assertThat(new TimelineImport.Plan("f", start, 60, null).time(row))
                .isEqualTo(Instant.parse("2026-11-21T11:59:00Z"));
        assertThat(new TimelineImport.Plan("f", start, 60, null).key(1))
                .isEqualTo("import-timeline:f:2026-11-21T12:00:00Z:60.0::1")
                .isNotEqualTo(new TimelineImport.Plan("f", start, 60, "eagle").key(1));
        assertThatThrownBy(() -> new TimelineImport.Plan("f", Instant.EPOCH, 1, null).time(row))
                .hasMessageContaining("Line 2")
                .hasMessageContaining("--start");
        assertThatThrownBy(() -> new TimelineImport.Plan("f", start, 0, null)).hasMessageContaining("speed");
    }
}
