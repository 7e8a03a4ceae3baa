package org.perilune.bench.seed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.bench.load.FrameTemplate;
import org.perilune.contracts.v1.Frame;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;

/** Seeded frames must be what the service would have stored: else the benches measure something else. */
class SeededFramesTest {
    private static final long END_MICROS = 1_800_000_000_000_000L;
    private static final long EPOCH = 5;

    @TempDir
    Path home;

    private EmbeddedBackends backends;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of("telemetry")), sentence -> {});
        connection = DriverManager.getConnection(
                String.valueOf(backends.settings().get("telemetry.postgres.url")),
                backends.settings().get("telemetry.postgres.user"),
                java.nio.file.Files.readString(
                                Path.of(String.valueOf(backends.settings().get("telemetry.postgres.password-file"))))
                        .strip());
        try (var statement = connection.createStatement()) {
            statement.execute("""
                    create table device (id integer generated always as identity primary key, name text not null unique,
                        type text not null default '', report_interval_millis integer not null default 0);
                    create table frame (device_id integer, epoch bigint, seq bigint, device_time timestamptz,
                        received timestamptz, trace_id uuid, payload bytea, primary key (device_id, epoch, seq));
                    create table mark (device_id integer, minute timestamptz, epoch bigint, seq_from bigint,
                        seq_to bigint, rolled boolean)
                    """);
        }
    }

    @AfterEach
    void stop() throws SQLException {
        connection.close();
        backends.close();
    }

    private long number(String question) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(question)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }

    @Test
    void framesCountUpToTheEndAndMarksCoverThem() throws Exception {
        int device = SeededFrames.device(connection, "seeded");
        assertThat(SeededFrames.device(connection, "seeded")).isEqualTo(device);
        long count = 10_150; // more than one COPY
        SeededFrames.frames(connection, device, EPOCH, count, END_MICROS, 1_000_000);

        assertThat(number("select count(distinct seq) from frame")).isEqualTo(count);
        assertThat(number("select max(seq) from frame")).isEqualTo(count);
        assertThat(number("select (extract(epoch from max(device_time)) * 1000000)::bigint from frame"))
                .isEqualTo(END_MICROS);
        assertThat(number("select (extract(epoch from min(device_time)) * 1000000)::bigint from frame"))
                .isEqualTo(END_MICROS - (count - 1) * 1_000_000);
        assertThat(number("select sum(seq_to - seq_from + 1) from mark")).isEqualTo(count);
        assertThat(number("""
                select count(*) from frame f where not exists (select from mark m
                    where m.minute = date_trunc('minute', f.device_time) and f.seq between m.seq_from and m.seq_to)
                """)).isZero();
    }

    @Test
    void payloadsAreFramesWithTheSeqAndTimeOfTheirRow() throws Exception {
        int device = SeededFrames.device(connection, "seeded");
        SeededFrames.frames(connection, device, EPOCH, 300, END_MICROS, 60_000_000);
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        select seq, (extract(epoch from device_time) * 1000000)::bigint, payload from frame
                        order by seq""")) {
            for (int seq = 1; seq <= 300; seq++) {
                assertThat(row.next()).isTrue();
                Frame frame = Frame.parseFrom(row.getBytes(3));
                assertThat(frame.getSeq()).isEqualTo(seq).isEqualTo(row.getLong(1));
                assertThat(frame.getTimeMicros()).isEqualTo(row.getLong(2));
                assertThat(frame.getValues(0).getName()).isEqualTo("altitude");
                assertThat(frame.getValues(0).getNumber()).isEqualTo(110 + seq % FrameTemplate.DISTINCT / 10.0);
            }
        }
    }
}
