package org.perilune.launcher.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.launcher.home.LauncherException;

/** Which bytes are a table, in which characters, and where its columns and rows are. */
final class TableFileTest {
    @TempDir
    private Path folder = Path.of("");

    private TableLayout layout(byte[] bytes, TableOptions options) throws Exception {
        return TableSniffer.layout(new TableFile(Files.write(folder.resolve("table.csv"), bytes)), options);
    }

    private TableLayout layout(String text) throws Exception {
        return layout(text.getBytes(StandardCharsets.UTF_8), new TableOptions());
    }

    private static List<String> rows(TableLayout layout) throws InterruptedException {
        var rows = new ArrayList<String>();
        layout.read(row -> rows.add(String.join("|", row.fields())));
        return rows;
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE"})
    void aByteOrderMarkSaysInWhichCharacters(String charset) throws Exception {
        var layout = layout(
                "\ufefftime,°C\n2026-01-01T00:00:00Z,1\n".getBytes(Charset.forName(charset)), new TableOptions());

        assertThat(layout.header()).containsExactly("time", "°C");
        assertThat(layout.format().charset().name()).isEqualTo(charset);
        assertThat(rows(layout)).containsExactly("2026-01-01T00:00:00Z|1");
    }

    @ParameterizedTest
    @CsvSource({
        "windows-1252, windows-1252, 'In line 3, byte 50 of the file (0xB0) is no part of a character'",
        "UTF-16LE, utf-16le, 'Line 1 has a zero character'",
        "UTF-16BE, utf-16be, 'Line 1 has a zero character'"
    })
    void whatIsNotUtf8IsRefusedByLineAndReadWhenTheEncodingIsSaid(String charset, String guess, String where)
            throws Exception {
        byte[] bytes = "time,remark\n2026-01-01T00:00:00Z,a\n2026-01-01T,5 °C är schön, Grüße\n"
                .getBytes(Charset.forName(charset));

        assertThatThrownBy(() -> layout(bytes, new TableOptions()))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining(where)
                .hasMessageContaining("nothing was sent")
                .hasMessageContaining("--encoding " + guess);
        var options = new TableOptions();
        options.encoding = guess;
        assertThat(rows(layout(bytes, options)).getLast()).isEqualTo("2026-01-01T|5 °C är schön|Grüße");
        options.encoding = "klingon";
        assertThatThrownBy(() -> layout(bytes, options))
                .hasMessageContaining("--encoding")
                .hasMessageContaining("klingon");
    }

    @Test
    void aFaultFarDownIsFoundBeforeAnythingIsSent() {
        byte[] bytes = ("time,a\n" + "2026-01-01T00:00:00Z,ü\n".repeat(20_000)).getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 3] = (byte) 0xFF;

        assertThatThrownBy(() -> layout(bytes, new TableOptions())).hasMessageContaining("In line 20,001, byte");
    }

    static List<Arguments> dialects() {
        return List.of(
                Arguments.of("time,a\n1,2\n", "commas", "1|2"),
                Arguments.of("time;a\n1;2,5\n2;3,5\n", "semicolons", "1|2,5"),
                Arguments.of("time;a;b\n1;2,5;0,1\n2;3,5;0,2\n", "semicolons", "1|2,5|0,1"),
                Arguments.of("time\ta\n1\t2\n", "tabs", "1|2"),
                Arguments.of("time|a\n1|2\n", "'|'", "1|2"),
                Arguments.of("sep=;\r\ntime;a\r\n1;2\r\n", "semicolons", "1|2"),
                Arguments.of("time,\"a, b\"\n1,\"x, \"\"y\"\"\"\n", "commas", "1|x, \"y\""),
                Arguments.of("\"time\", \"a\"\n\"1\", \"x\"\n", "commas", "1|x"),
                Arguments.of("'time';'a;b'\n'1';'x;y'\n", "semicolons", "1|x;y"),
                Arguments.of("time,a\r1,2\r", "commas", "1|2"),
                Arguments.of("\n\ntime,a\n\n,\n1,2\n", "commas", "1|2"),
                Arguments.of("time,a,\n1,2,\n", "commas", "1|2|"),
                Arguments.of("time,a\n1,2,,\n", "commas", "1|2"),
                Arguments.of("time,a,\n1,2\n", "commas", "1|2|"),
                Arguments.of("# by a logger\n# of 2026\ntime,a\n# noon\n1,2\n", "commas", "1|2"),
                Arguments.of("#,time\n1,2\n", "commas", "1|2"),
                Arguments.of("Logger 7\nStation North\n\ntime,a,b\n1,2,3\n2,3,4\n3,4,5\n4,5,6\n", "commas", "1|2|3"),
                Arguments.of("# time, a\n1,2\n2,3\n", "commas", "1|2"),
                Arguments.of("2026-01-01,2\n2026-01-02,3\n", "commas", "2026-01-01|2"));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void findsHowATableIsWritten(String text, String delimiter, String firstRow) throws Exception {
        TableLayout layout = layout(text);

        assertThat(layout.format().delimiterName()).isEqualTo(delimiter);
        assertThat(rows(layout).getFirst()).isEqualTo(firstRow);
        assertThat(layout.header()).hasSize(firstRow.split("\\|", -1).length);
    }

    @Test
    void saysWhatItUnderstoodOfHeaders() throws Exception {
        assertThat(layout("# time, a\n1,2\n").header()).containsExactly("time", "a");
        TableLayout none = layout("2026-01-01T00:00:00Z;2,5\n2026-01-02T00:00:00Z;3,5\n");
        assertThat(none.header()).containsExactly("column_1", "column_2");
        assertThat(none.notes()).containsExactly("There is no header; the columns are called column_1 to column_2");
        assertThat(none.described()).contains("semicolons", "UTF-8", "no header");
        TableLayout late = layout("Logger 7\ntime,a,b\n1,2,3\n2,3,4\n");
        assertThat(late.notes()).containsExactly("What stands before line 2 is not of the table and is left out");
        assertThat(late.described()).contains("header in line 2");
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "'time a\n1 2\n', --delimiter", "'# only\n', no rows"})
    void whatIsNoTableGetsOneClearSentence(String text, String sentence) {
        assertThatThrownBy(() -> layout(text))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void anArchiveFromAMacHoldsOneTable() throws Exception {
        Path archive = folder.resolve("mac.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (String name : List.of(
                    "log.csv/",
                    "log.csv/März.csv",
                    "__MACOSX/log.csv/._März.csv",
                    "log.csv/.DS_Store",
                    ".hidden.csv",
                    "READ.ME")) {
                zip.putNextEntry(new ZipEntry(name));
                if (!name.endsWith("/")) {
                    zip.write("time,a\n1,2\n".getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        assertThat(rows(TableSniffer.layout(new TableFile(archive), new TableOptions())))
                .containsExactly("1|2");
    }

    @Test
    void anArchiveOfManyTablesNamesThem() throws Exception {
        Path archive = folder.resolve("two.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(archive), StandardCharsets.ISO_8859_1)) {
            zip.putNextEntry(new ZipEntry("März.csv"));
            zip.putNextEntry(new ZipEntry("b.tsv"));
        }
        assertThatThrownBy(() -> new TableFile(archive).open().close())
                .hasMessageContaining("holds 2 tables: März.csv, b.tsv");
    }

    @Test
    void readsWhatIsCompressedAndRefusesWorkbooks() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write("time,a\n1,2\n".getBytes(StandardCharsets.UTF_8));
        }
        Path file = Files.write(folder.resolve("log.csv.gz"), packed.toByteArray());
        assertThat(rows(TableSniffer.layout(new TableFile(file), new TableOptions())))
                .containsExactly("1|2");

        Path workbook = Files.write(folder.resolve("log.xlsx"), new byte[] {1});
        assertThatThrownBy(() -> new TableFile(workbook)).hasMessageContaining("save it there as CSV");
    }

    @Test
    void readsWhatInfluxWritesAsOneTable() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("influx.csv"), """
                #group,false,false,true,true,false,false,true,true,true
                #datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
                #default,_result,,,,,,,,
                ,result,table,_start,_stop,_time,_value,_field,_measurement,host
                ,,0,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,2026-01-01T01:00:00Z,1.5,load,cpu,a
                ,,1,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,2026-01-01T01:00:00Z,2.5,load,cpu,b

                #group,false,false,true,true,false,false,true,true,true
                #datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,string,string,string,string
                #default,_result,,,,,,,,
                ,result,table,_start,_stop,_time,_value,_field,_measurement,host
                ,,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,2026-01-01T01:00:01Z,hot,state,fan,a
                """);
        TableLayout layout = TableSniffer.layout(new TableFile(file), new TableOptions());

        assertThat(layout.header()).containsExactly("_time", "cpu.a.load", "cpu.b.load", "fan.a.state");
        assertThat(rows(layout))
                .containsExactly(
                        "2026-01-01T01:00:00Z|1.5||", "2026-01-01T01:00:00Z||2.5|", "2026-01-01T01:00:01Z|||hot");
        assertThat(layout.notes()).containsExactly("Written by InfluxDB; values: 3");
    }

    @Test
    void readsAPivotedTableOfInflux() throws Exception {
        TableLayout layout = layout("""
                #datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,string,double,double
                ,result,table,_start,_stop,_time,host,load,temp
                ,_result,0,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,2026-01-01T01:00:00Z,a,1.5,30
                """);

        assertThat(layout.header()).containsExactly("_time", "host", "load", "temp");
        assertThat(rows(layout)).containsExactly("2026-01-01T01:00:00Z|a|1.5|30");
    }
}
