package org.perilune.launcher.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.contracts.v1.Value;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableOptions;
import org.perilune.sdk.Reading;

/** What a recorded file is understood to hold, and what becomes of its values. */
final class RecordingTest {
    private static final Path SPACE_STATION = Path.of("../../shared/data/astro-pi-iss-2015-08.csv.zip");

    @TempDir
    private Path folder = Path.of("");

    private Recording recording(String text, RecordingOptions options) throws Exception {
        return Recording.of(new TableFile(Files.writeString(folder.resolve("log.csv"), text)), options);
    }

    private Recording recording(String text) throws Exception {
        return recording(text, RecordingOptions.none());
    }

    private static List<Reading> readings(Recording recording) throws InterruptedException {
        var readings = new ArrayList<Reading>();
        recording.read(row -> {
            recording.time(row).ifPresent(time -> readings.add(recording.reading(time, row)));
            return true;
        });
        return readings;
    }

    private static Map<String, Object> values(Reading reading) {
        var values = new LinkedHashMap<String, Object>();
        for (Value value : reading.values()) {
            values.put(value.getName(), value.hasNumber() ? value.getNumber() : value.getText());
        }
        return values;
    }

    @Test
    void understandsDecimalCommasOfAGermanSpreadsheet() throws Exception {
        var recording = recording(
                "Zeit;Druck;Volumen;Zustand\n01.02.2026 12:00;1.013,25;1.234;an\n01.02.2026 12:01;1.013,5;2.345;aus\n");

        assertThat(values(readings(recording).getFirst()))
                .isEqualTo(Map.of("Druck", 1013.25, "Volumen", 1234.0, "Zustand", "an"));
        assertThat(recording.described())
                .containsExactly(
                        "log.csv: columns separated by semicolons, UTF-8; header in line 1; 2 rows; decimal commas",
                        "Time: column Zeit: dates and times, no zone named, taken as UTC; from 2026-02-01T12:00:00Z to 2026-02-01T12:01:00Z",
                        "Numbers (2): Druck, Volumen",
                        "Text (1): Zustand");
    }

    @Test
    void columnsTellTheirDecimalSignThemselves() throws Exception {
        var recording = recording(
                "time;a;b;c\n2026-01-01T00:00:00Z;1,5;2.5;1.234\n2026-01-01T00:00:01Z;2,5;3.5;2.345\n2026-01-01T00:00:02Z;3,5;4,5;\n");

        assertThat(values(readings(recording).getFirst())).isEqualTo(Map.of("a", 1.5, "b", 2.5, "c", 1234.0));
        assertThat(recording.described()).contains("Column b: numbers, but '4,5' in line 4 is kept as text");
        var options = new TableOptions();
        options.decimal = ".";
        var said =
                recording("time;c\n2026-01-01T00:00:00Z;1.234\n", new RecordingOptions(options, null, List.of(), null));
        assertThat(values(readings(said).getFirst())).isEqualTo(Map.of("c", 1.234));
    }

    @Test
    void oneErrorAmongManyNumbersIsSaidAndKept() throws Exception {
        String rows = IntStream.range(0, 500)
                .mapToObj(i -> "2026-01-01T00:%02d:%02dZ,%s,%s\n"
                        .formatted(i / 60, i % 60, i == 300 ? "ERR" : "1.5", i % 2 == 0 ? "NaN" : "x"))
                .collect(Collectors.joining());
        var recording = recording("time,a,b\n" + rows);

        assertThat(recording.parameters())
                .singleElement()
                .satisfies(a -> assertThat(a.name()).isEqualTo("a"));
        assertThat(recording.described()).contains("Column a: numbers, but 'ERR' in line 302 is kept as text");
        assertThat(values(readings(recording).get(300))).containsEntry("a", "ERR");
        assertThat(values(readings(recording).get(301))).isEqualTo(Map.of("a", 1.5, "b", "x"));
    }

    @Test
    void saysWhichLineMadeAColumnText() throws Exception {
        var recording =
                recording("time,code\n2026-01-01T00:00:00Z,17\n2026-01-01T00:00:01Z,A3\n2026-01-01T00:00:02Z,B4\n");

        assertThat(recording.described())
                .contains("Text (1): code", "Column code: text, because of 'A3' in line 3 and 1 more");
        assertThat(values(readings(recording).getFirst())).isEqualTo(Map.of("code", "17"));
    }

    @Test
    void longTextsAreCutBetweenCharactersAndSaid() throws Exception {
        String smile = "\ud83d\ude00";
        var recording = recording(
                "time,remark\n2026-01-01T00:00:00Z,x" + smile.repeat(1_100) + "\n2026-01-01T00:00:01Z,short\n");

        assertThat(recording.described()).contains("Column remark: the text in line 2 is cut to 4,096 bytes");
        assertThat(values(readings(recording).getFirst())).isEqualTo(Map.of("remark", "x" + smile.repeat(1_023)));
        assertThat(recording.counts().leftOut()).isZero();
    }

    @Test
    void moreColumnsThanAReadingHoldsAreRefusedUnlessSomeAreChosen() throws Exception {
        String header = IntStream.range(0, 1_001).mapToObj(i -> ",c" + i).collect(Collectors.joining());
        String text = "time" + header + "\n2026-01-01T00:00:00Z" + ",1".repeat(1_001) + "\n";

        assertThatThrownBy(() -> recording(text))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("1,001 columns")
                .hasMessageContaining("nothing was sent")
                .hasMessageContaining("--columns");
        var chosen = recording(text, new RecordingOptions(new TableOptions(), null, List.of("c7", "c1000"), null));
        assertThat(values(readings(chosen).getFirst())).isEqualTo(Map.of("c7", 1.0, "c1000", 1.0));
        assertThatThrownBy(() -> recording(text, new RecordingOptions(new TableOptions(), null, List.of("nope"), null)))
                .hasMessageContaining("no column nope");
    }

    @Test
    void aRowThatIsTooLargeIsNamedBeforeAnythingIsSent() throws Exception {
        String header = IntStream.range(0, 70).mapToObj(i -> ",c" + i).collect(Collectors.joining());
        var recording = recording("time" + header + "\n2026-01-01T00:00:00Z" + (",x" + "y".repeat(4_000)).repeat(70)
                + "\n2026-01-01T00:00:01Z" + ",z".repeat(70) + "\n");

        assertThat(recording.described())
                .contains("1 row is too large and will be left out")
                .anySatisfy(line -> assertThat(line).startsWith("Line 2: all its values together are 28"));
        assertThat(recording.counts()).isEqualTo(new Recording.Counts(2, 1, 2));
    }

    @Test
    void namesRowsFarFromTheOthersAndClocksThatWereNotSet() throws Exception {
        var recording = recording("epoch,a\n0,1\n1767225600,2\n3767225601,3\n1767225602,4\n");

        assertThat(recording.described())
                .contains(
                        "Line 4: 2089-05-18T03:33:21Z is 23,148 days from the row before, 2026-01-01T00:00:00Z",
                        "The last time, 2089-05-18T03:33:21Z, lies in the future",
                        "1 of 4 rows cannot be used and will be left out:",
                        "Line 2: '0' in column epoch is the start of 1970, which stands for a clock that was not set");
        assertThat(recording.counts()).isEqualTo(new Recording.Counts(4, 3, 4));
    }

    @Test
    void aRecordingWhoseClockBeginsAtZeroIsCountedFromItsStart() throws Exception {
        String text = "time,a\n0,1\n0.5,2\n";
        assertThatThrownBy(() -> recording(text))
                .hasMessageContaining("look relative: '0' in line 2, column time")
                .hasMessageContaining("--start");
        Instant start = Instant.parse("2026-11-21T12:00:00Z");
        var recording = recording(text, new RecordingOptions(new TableOptions(), start, List.of(), null));
        assertThat(readings(recording)).extracting(Reading::time).containsExactly(start, start.plusMillis(500));
    }

    @Test
    void namesTheFirstLineAndValueWhereNoTimeCanBeRead() {
        assertThatThrownBy(() -> recording("time,a\nnever,1\n")).hasMessageContaining("line 2, column time: 'never'");
        assertThatThrownBy(() -> recording("time,a\n2026-01-01,1,7\n2026-01-01,1,8\n2026,1,8\n"))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("log.csv");
    }

    @Test
    void anExportOfOursComesBackAsItWas() throws Exception {
        String export = """
                device,timestamp,received,epoch,seq,status,depth,remark
                buoy,2026-01-01T00:00:00.000001Z,2026-01-02T00:00:00Z,5,1,diving,-1.5E-4,'=sum
                buoy,2026-01-01T00:00:01Z,2026-01-02T00:00:00Z,5,2,,,'@home
                """;
        var recording = recording(export);

        assertThat(readings(recording))
                .extracting(Reading::time, Reading::status, RecordingTest::values)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2026-01-01T00:00:00.000001Z"),
                                "diving",
                                Map.of("depth", -0.00015, "remark", "=sum")),
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2026-01-01T00:00:01Z"), "", Map.of("remark", "@home")));
        assertThat(recording.described())
                .contains("Left out, as it is an export of ours: device, received, epoch, seq");

        String two = export + "rover,2026-01-01T00:00:01Z,2026-01-02T00:00:00Z,5,2,,7,\n";
        assertThatThrownBy(() -> recording(two))
                .hasMessageContaining("readings of buoy and rover")
                .hasMessageContaining("--from");
        var rover = recording(two, new RecordingOptions(new TableOptions(), null, List.of(), "rover"));
        assertThat(readings(rover))
                .singleElement()
                .satisfies(one -> assertThat(values(one)).isEqualTo(Map.of("depth", 7.0)));
    }

    @Test
    void aDryRunTellsAndSendsNothing() throws Exception {
        var told = new ByteArrayOutputStream();
        Path file = Files.writeString(folder.resolve("dry.csv"), "time,a\n2026-01-01T00:00:00Z,1\nlater,2\n");
        boolean all = Replay.dryRun(file, RecordingOptions.none(), new PrintStream(told, true, StandardCharsets.UTF_8));

        assertThat(all).isFalse();
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("Numbers (1): a", "Line 3: 'later' in column time is not a time")
                .contains("1 reading would be sent; 1 row would be left out. Nothing was sent");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | 1 | 0 | 1 reading is stored; none was rejected
            2345 | 2345 | 0 | All 2,345 readings are stored; none was rejected
            4 | 2 | 0 | 2 readings are stored; 2 rows were left out, no reading was rejected
            2 | 2 | 1 | 1 reading is stored; no row was left out, 1 reading was rejected
            2 | 1 | 1 | 0 readings are stored; 1 row was left out, 1 reading was rejected
            """)
    void endsWithWhatWasStoredAndWhatWasNot(long rows, long good, long rejected, String sentence) {
        assertThat(Replay.outcome(new Recording.Counts(rows, good, good), rejected))
                .isEqualTo(sentence);
    }

    @Test
    void otherOptionsMakeAnotherReplay() {
        var options = new TableOptions();
        options.decimal = ",";
        assertThat(new RecordingOptions(options, null, List.of(), null).key()).isNotEmpty();
        assertThat(RecordingOptions.none().key()).isEmpty();
    }

    @Test
    void understandsTheRecordingOfTheSpaceStation() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(SPACE_STATION));
        var recording = Recording.of(new TableFile(SPACE_STATION), RecordingOptions.none());

        assertThat(recording.counts()).isEqualTo(new Recording.Counts(24_604, 24_604, 24_604));
        assertThat(recording.parameters()).hasSize(19);
        assertThat(recording.described())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).endsWith("from 2015-08-20T23:58:30Z to 2015-08-24T08:57:40Z"));
    }
}
