package org.perilune.launcher.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.launcher.ReplayGround;
import org.perilune.launcher.home.LauncherException;
import org.perilune.launcher.table.TableFile;
import org.perilune.launcher.table.TableOptions;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private long rejected;
    private ReplayGround ground;

    @TempDir
    Path folder;

    @BeforeAll
    void startGround(@TempDir Path home) throws IOException {
        ground = ReplayGround.start(home);
    }

    @AfterAll
    void stopGround() {
        ground.close();
    }

    @Test
    void everyRowArrivesOnceWithItsOwnTimeAndValues() throws Exception {
        Path file = zipped("flight.csv", table(2_345));
        assertThat(run(request("iss", file))).isTrue();

        assertThat(ground.of("iss")).hasSize(2_345);
        Frame first = withTime("iss", "2015-08-20T23:58:30Z");
        assertThat(values(first))
                .containsEntry("ROW_ID", 0.0)
                .containsEntry("temp_h", 26.5)
                .containsEntry("mode", "idle");
        assertThat(told()).contains("All 2,345 readings are stored; none was rejected", "Text (1): mode");

        told.reset();
        run(request("iss", file));
        assertThat(told()).contains("stored already").contains("--again");
        assertThat(ground.of("iss")).hasSize(2_345);

        run(again(request("iss", file)));
        assertThat(ground.of("iss")).hasSize(2 * 2_345);
    }

    @Test
    void anInterruptedReplayGoesOnAndStoresNothingTwice() throws Exception {
        Path file = written("interrupted.csv", table(3_000));
        ground.storing = false;
        try {
            assertThatThrownBy(() -> run(request("halting", file)))
                    .isInstanceOf(LauncherException.class)
                    .hasMessageContaining("3,000 readings wait in the journal")
                    .hasMessageContaining("run the same command again");
        } finally {
            ground.storing = true;
        }
        run(request("halting", file));

        assertThat(told()).contains("Going on behind row 3,000");
        assertThat(ground.of("halting")).hasSize(3_000);
        assertThat(ground.of("halting").stream().map(Frame::getTimeMicros).distinct())
                .hasSize(3_000);
    }

    @Test
    void aReplayStoppedHalfWayGoesOnBehindTheLastRowInItsJournal() throws Exception {
        Path file = written("stopped.csv", table(400));
        var request = request("stopped", file);
        // A row every 10 ms.
        var slow = new ReplayRequest(
                file,
                "stopped",
                request.key(),
                RecordingOptions.none(),
                1_000,
                request.host(),
                request.port(),
                folder,
                false,
                request.timeout());
        var replay = Thread.ofVirtual().start(() -> {
            try {
                run(slow);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> ground.of("stopped").size() > 20);
        replay.interrupt();
        replay.join();
        assertThat(ground.of("stopped").size()).isLessThan(400);
        run(request);

        assertThat(told()).contains("Going on behind row");
        assertThat(ground.of("stopped")).hasSize(400);
        assertThat(ground.of("stopped").stream().map(Frame::getTimeMicros).distinct())
                .hasSize(400);
    }

    @Test
    void saysWhichRowsItCannotUse() throws Exception {
        Path file = written(
                "broken.csv",
                "time,a\n2020-01-01 00:00:00,1\nyesterday,2\n2020-01-01 00:00:02,3,4\n2020-01-01 00:00:03,\n");
        assertThat(run(request("broken", file))).isFalse();

        assertThat(ground.of("broken")).hasSize(2);
        assertThat(told())
                .contains("2 of 4 rows cannot be used and will be left out:")
                .contains("Line 3: 'yesterday' in column time is not a time")
                .contains("Line 4: has 3 fields where the header has 2")
                .contains("2 readings are stored; 2 rows were left out, no reading was rejected");
    }

    @Test
    void saysHowManyReadingsTheGroundRejected() throws Exception {
        rejected = 1;
        try {
            assertThat(run(request("refused", written("refused.csv", "time,a\n2020-01-01,1\n2020-01-02,2\n"))))
                    .isFalse();
        } finally {
            rejected = 0;
        }
        assertThat(told())
                .contains("1 reading is stored; no row was left out, 1 reading was rejected")
                .contains("GET /rejects?device=refused");
        assertThat(run(request("refused", folder.resolve("refused.csv")))).isTrue();
        assertThat(told()).contains("is stored already as refused (1 reading is stored; no row");
    }

    @Test
    void namesAreMadeFitAndStayDistinct() throws Exception {
        Path file = written("names.csv", "Temp (°C),Temp [°C],,status,date\n1.5,x,7,fine,2020-01-01\n,,,,2020-01-02\n");
        run(request("names", file));

        Frame frame = withTime("names", "2020-01-01T00:00:00Z");
        assertThat(values(frame)).isEqualTo(Map.of("Temp_C_", 1.5, "Temp_C__2", "x", "column_3", 7.0));
        assertThat(frame.getStatus()).isEqualTo("fine");
        assertThat(values(withTime("names", "2020-01-02T00:00:00Z"))).isEmpty();
    }

    @Test
    void keepsThePaceThatIsAsked() throws Exception {
        Path file = written("paced.csv", "time,a\n2020-01-01 00:00:00,1\n2020-01-02 00:00:00,2\n");
        var request = request("paced", file);
        var dayLong = new ReplayRequest(
                file,
                "paced",
                request.key(),
                RecordingOptions.none(),
                1,
                request.host(),
                request.port(),
                folder,
                false,
                request.timeout());
        var replay = Thread.ofVirtual().start(() -> {
            try {
                run(dayLong);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> ground.of("paced").size() == 1);
        replay.interrupt();
        replay.join();
        assertThat(ground.of("paced")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,b\n1,2\n", "time,a\n", "time,a\nnever,1\n", "time,a\n\"2020,1\n"})
    void whatCannotBeUsedGetsOneClearSentence(String content) throws IOException {
        Path file = written("useless.csv", content);
        assertThatThrownBy(() -> run(request("useless", file)))
                .isInstanceOf(LauncherException.class)
                .hasMessageContaining("useless.csv");
    }

    @Test
    void aMissingFileAndAMissingColumnAreNamed() throws IOException {
        assertThatThrownBy(() -> run(request("x", folder.resolve("none.csv")))).hasMessageContaining("none.csv");
        var options = new TableOptions();
        options.timeColumns = List.of("when");
        var file = new TableFile(written("some.csv", "time,a\n2020-01-01,1\n"));
        assertThatThrownBy(() -> Recording.of(file, new RecordingOptions(options, null, List.of(), null)))
                .hasMessageContaining("when")
                .hasMessageContaining("[time, a]");
    }

    private boolean run(ReplayRequest request) throws InterruptedException {
        return Replay.run(request, since -> rejected, new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    private String told() {
        return told.toString(StandardCharsets.UTF_8);
    }

    private ReplayRequest request(String device, Path file) {
        return new ReplayRequest(
                file,
                device,
                ground.enrol(device),
                RecordingOptions.none(),
                0,
                "127.0.0.1",
                ground.port(),
                folder,
                false,
                Duration.ofSeconds(3));
    }

    private static ReplayRequest again(ReplayRequest once) {
        return new ReplayRequest(
                once.file(),
                once.device(),
                once.key(),
                RecordingOptions.none(),
                0,
                once.host(),
                once.port(),
                once.journal(),
                true,
                once.timeout());
    }

    private static String table(int rows) {
        var text = new StringBuilder("ROW_ID,temp_h,mode,time_stamp\n");
        Instant start = Instant.parse("2015-08-20T23:58:30Z");
        for (int row = 0; row < rows; row++) {
            String time =
                    start.plusSeconds(10L * row).toString().replace("T", " ").replace("Z", "");
            text.append(row)
                    .append(",26.50,")
                    .append(row % 2 == 0 ? "idle" : "busy")
                    .append(',')
                    .append(time)
                    .append('\n');
        }
        return text.toString();
    }

    private Path written(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path zipped(String name, String content) throws IOException {
        Path archive = folder.resolve(name + ".zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return archive;
    }

    private Frame withTime(String device, String time) {
        Instant instant = Instant.parse(time);
        return ground.of(device).stream()
                .filter(frame -> frame.getTimeMicros() == instant.toEpochMilli() * 1_000)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Object> values(Frame frame) {
        var values = new HashMap<String, Object>();
        for (Value value : frame.getValuesList()) {
            values.put(value.getName(), value.hasNumber() ? value.getNumber() : value.getText());
        }
        return values;
    }
}
