package org.perilune.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.telemetry.IngestFixture.NOON_MICROS;
import static org.perilune.telemetry.IngestFixture.frame;

import com.google.protobuf.InvalidProtocolBufferException;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Stored;
import org.perilune.embedded.host.ServerState;

class IngestRecoveryTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long EPOCH = 9;

    @TempDir
    Path home;

    private IngestFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new IngestFixture(home);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private void awaitFrames(long expected) {
        await().atMost(LIMIT).ignoreExceptionsInstanceOf(SQLException.class).until(() -> frames() == expected);
    }

    private long frames() throws Exception {
        try (var connection = fixture.connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("select count(*) from frame")) {
            return result.next() ? result.getLong(1) : -1;
        }
    }

    @Test
    void goesOnWhenPostgresWasKilled() throws Exception {
        try (Service service = fixture.service()) {
            assertThat(service.port()).isPositive();
            for (int seq = 1; seq <= 3_000; seq++) {
                fixture.send("device-" + seq % 7, EPOCH, frame(seq, NOON_MICROS + seq));
                if (seq == 1_000) {
                    awaitFrames(1_000);
                }
                if (seq == 1_500) {
                    killPostgres();
                }
            }
            awaitFrames(3_000);
        }
    }

    private void killPostgres() {
        long pid = fixture.backends.servers().stream()
                .filter(server -> server.name().equals("PostgreSQL"))
                .mapToLong(ServerState::pid)
                .findFirst()
                .orElseThrow();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly)).contains(true);
    }

    /** The router takes nothing more when Redis is full, so that nothing new would ever make room. */
    @Test
    void makesRoomWhereItIsShortOfWhatAnEarlierOneStored() throws Exception {
        try (Service service = fixture.service()) {
            assertThat(service.port()).isPositive();
            for (int seq = 1; seq <= 300; seq++) {
                fixture.send("rover", EPOCH, frame(seq, NOON_MICROS + seq));
            }
            awaitFrames(300);
        }
        String stream = Streams.telemetry(Streams.partitionOf("rover"));
        assertThat(fixture.redis.xlen(stream)).isEqualTo(300);
        try (Service service = fixture.service(Map.of("streams.short-of-memory", "0"))) {
            assertThat(service.port()).isPositive();
            await().atMost(LIMIT).until(() -> fixture.redis.xlen(stream) <= 100);
        }
    }

    @Test
    void copiesShareThePartitionsAndTakeOver() throws Exception {
        try (Service first = fixture.service()) {
            assertThat(first.port()).isPositive();
            try (Service second = fixture.service()) {
                assertThat(second.port()).isPositive();
                for (int seq = 1; seq <= 1_000; seq++) {
                    for (int device = 0; device < 4; device++) {
                        fixture.send("device-" + device, EPOCH, frame(seq, NOON_MICROS + seq));
                    }
                }
                awaitFrames(4_000);
                await().atMost(LIMIT).until(() -> owners() == 4);
            }
            fixture.send("device-0", EPOCH, frame(1_001, NOON_MICROS));
            awaitFrames(4_001);
            await().atMost(LIMIT).until(() -> owners() == 2);
        }
    }

    /** Connections that hold a partition. */
    private long owners() throws SQLException {
        return fixture.count("select count(distinct pid) from pg_locks where locktype = 'advisory' and objid < 4");
    }

    @Test
    void tellsTheContiguousPrefixAlsoAfterARestart() throws Exception {
        // The broker lets no device in before somebody takes what it says.
        fixture.backends.onPublish(message -> CompletableFuture.completedFuture(null));
        var client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(fixture.backends.mqttPort())
                .simpleAuth()
                .username("rover")
                .password(fixture.backends.devices().enrol("rover").getBytes(UTF_8))
                .applySimpleAuth()
                .buildBlocking();
        client.connect();
        List<Long> told = new CopyOnWriteArrayList<>();
        client.toAsync()
                .subscribeWith()
                .topicFilter(Topics.of("rover", Topics.STORED))
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> {
                    try {
                        told.add(Stored.parseFrom(publish.getPayloadAsBytes()).getUpto());
                    } catch (InvalidProtocolBufferException malformed) {
                        told.add(-1L);
                    }
                })
                .send()
                .join();
        try (Service service = fixture.service()) {
            assertThat(service.port()).isPositive();
            fixture.send("rover", EPOCH, frame(1, NOON_MICROS), frame(2, NOON_MICROS), frame(4, NOON_MICROS));
            await().atMost(LIMIT).until(() -> told.contains(2L));
        }
        assertThat(fixture.count("select missing from progress")).isEqualTo(1);
        assertThat(fixture.count("select 1 from progress where beyond = '{[4,4]}'"))
                .isEqualTo(1);
        // As if the last moments had not been kept.
        fixture.run("update progress set beyond = '{}', highest = 2, missing = 0");
        told.clear();
        try (Service service = fixture.service()) {
            assertThat(service.port()).isPositive();
            fixture.send("rover", EPOCH, frame(5, NOON_MICROS));
            await().atMost(LIMIT).until(() -> told.contains(2L));
            fixture.send("rover", EPOCH, frame(3, NOON_MICROS));
            await().atMost(LIMIT).until(() -> told.contains(5L));
        }
        assertThat(fixture.count("select missing from progress")).isZero();
        assertThat(told).doesNotContain(3L, 4L, -1L);
        client.disconnect();
    }
}
