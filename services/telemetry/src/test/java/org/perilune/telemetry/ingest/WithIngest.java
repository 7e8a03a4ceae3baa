package org.perilune.telemetry.ingest;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Service;
import org.perilune.telemetry.IngestFixture;

/** Tests of one telemetry that stores what streams bring. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithIngest {
    static final long EPOCH = 7;
    static final Duration LIMIT = Duration.ofSeconds(30);
    IngestFixture fixture;
    Service service;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        fixture = new IngestFixture(home);
        service = fixture.service(Map.of("streams.keep-megabytes", "1", "epochs.new-a-minute", "1"));
    }

    @AfterAll
    void stop() throws Exception {
        service.close();
        fixture.close();
    }

    void awaitCount(long expected, String question) {
        await().atMost(LIMIT).until(() -> fixture.count(question) == expected);
    }

    static String frames(String device) {
        return "select count(*) from frame join device on id = device_id where name = '" + device + "'";
    }

    /** As hex digits of random bytes: what cannot be compressed into a row. */
    static String noise(int characters) {
        var bytes = new byte[characters / 2];
        new Random(5).nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    long uncovered(String device) throws SQLException {
        return fixture.count("""
                select count(*) from frame f join device d on d.id = f.device_id where d.name = '%s' and not exists (
                    select from mark m where m.device_id = f.device_id and m.epoch = f.epoch
                    and m.minute = date_trunc('minute', f.device_time) and m.seq_from <= f.seq
                    and (m.seq_to is null or f.seq <= m.seq_to))
                """.formatted(device));
    }
}
