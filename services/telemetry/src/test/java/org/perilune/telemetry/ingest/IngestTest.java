package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.telemetry.IngestFixture.NOON_MICROS;
import static org.perilune.telemetry.IngestFixture.frame;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Parameter;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.IngestFixture;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestTest {
    private static final long EPOCH = 7;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private IngestFixture fixture;
    private Service service;

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

    private void awaitCount(long expected, String question) {
        await().atMost(LIMIT).until(() -> fixture.count(question) == expected);
    }

    private static String frames(String device) {
        return "select count(*) from frame join device on id = device_id where name = '" + device + "'";
    }

    @Test
    void storesTheVeryBytesAndTheTrace() throws SQLException {
        Frame frame = frame(1, NOON_MICROS).toBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("x"))
                                        .build())
                        .build())
                .build();
        fixture.send(
                "bytes",
                Telemetry.newBuilder().setEpoch(EPOCH).addFrames(frame).build().toByteArray(),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        awaitCount(1, frames("bytes"));
        try (var statement = fixture.sql.createStatement();
                var row = statement.executeQuery("select payload, trace_id::text, device_time from frame"
                        + " join device on id = device_id where name = 'bytes'")) {
            row.next();
            assertThat(row.getBytes(1)).isEqualTo(frame.toByteArray());
            assertThat(row.getString(2)).isEqualTo("0af76519-16cd-43dd-8448-eb211c80319c");
        }
    }

    /** As hex digits of random bytes: what cannot be compressed into a row. */
    private static String noise(int characters) {
        var bytes = new byte[characters / 2];
        new Random(5).nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void storesFramesAsLargeAsTheLimitsPromise() throws SQLException {
        var numbers = frame(1, NOON_MICROS).toBuilder().clearValues();
        for (int value = 0; value < TelemetryLimits.MOST_VALUES; value++) {
            String name =
                    (value + "-" + noise(TelemetryLimits.LONGEST_NAME)).substring(0, TelemetryLimits.LONGEST_NAME);
            numbers.addValues(Value.newBuilder().setName(name).setNumber(Math.sqrt(value)));
        }
        var texts = frame(2, NOON_MICROS).toBuilder().clearValues();
        while (texts.build().getSerializedSize()
                < TelemetryLimits.MOST_FRAME_BYTES - TelemetryLimits.LONGEST_TEXT_BYTES) {
            texts.addValues(Value.newBuilder().setName("text").setText(noise(4_000)));
        }
        var tooMany = numbers.clone().setSeq(3).addValues(Value.newBuilder().setName("more"));
        for (Frame.Builder each : List.of(numbers, texts, tooMany)) {
            fixture.send("large", EPOCH, each.build());
        }
        awaitCount(2, frames("large"));
        awaitCount(1, "select count(*) from reject where device = 'large' and seq = 3");
        awaitCount(3, "select upto from progress join device on id = device_id where name = 'large'");
        awaitCount(
                texts.build().getSerializedSize(),
                "select length(payload) from frame join device on id = device_id where name = 'large' and seq = 2");
    }

    /** As a device sends it in place of one that its disk lost, so that what comes after it can be settled. */
    @Test
    void storesAFrameOfAStatusAlone() throws SQLException {
        fixture.send("repaired", EPOCH, frame(1, NOON_MICROS));
        fixture.send(
                "repaired",
                EPOCH,
                frame(2, NOON_MICROS).toBuilder()
                        .clearValues()
                        .setStatus("frame lost")
                        .build());
        fixture.send("repaired", EPOCH, frame(3, NOON_MICROS + 1));
        awaitCount(3, frames("repaired"));
        awaitCount(3, "select upto from progress join device on id = device_id where name = 'repaired'");
    }

    @Test
    void storesOnceWhatComesAgain() throws SQLException {
        for (int round = 0; round < 3; round++) {
            fixture.send("again", EPOCH, frame(1, NOON_MICROS), frame(2, NOON_MICROS + 1_000_000));
            fixture.send("again", 0, frame(0, NOON_MICROS));
        }
        awaitCount(6, "select duplicates from daily join device on id = device_id where name = 'again'");
        assertThat(fixture.count(frames("again"))).isEqualTo(3);
    }

    @Test
    void keepsFaultyFramesAsRejectsAndStoresTheOthers() throws SQLException {
        Frame infinite = frame(2, NOON_MICROS).toBuilder()
                .addValues(Value.newBuilder().setName("x").setNumber(Double.NaN))
                .build();
        fixture.send("faulty", EPOCH, frame(1, NOON_MICROS), infinite, frame(3, NOON_MICROS));
        fixture.send("faulty", "no telemetry".getBytes(UTF_8), null);
        awaitCount(2, "select count(*) from reject where device = 'faulty'");
        awaitCount(2, frames("faulty"));
        awaitCount(3, "select upto from progress join device on id = device_id where name = 'faulty'");
    }

    @Test
    void keepsWhatTheDatabaseRefusesAsRejects() throws SQLException {
        fixture.send("poison", EPOCH, frame(1, NOON_MICROS));
        awaitCount(1, frames("poison"));
        fixture.run("alter table frame add constraint poison check (seq <> 666) not valid");
        var sent = new ArrayList<Frame>();
        for (int seq = 660; seq < 680; seq++) {
            sent.add(frame(seq, NOON_MICROS));
        }
        fixture.send("poison", EPOCH, sent.toArray(Frame[]::new));
        awaitCount(20, frames("poison"));
        awaitCount(1, "select count(*) from reject where device = 'poison' and seq = 666");
        fixture.run("alter table frame drop constraint poison");
        assertMarksCover("poison");
    }

    @Test
    void marksCoverFramesInWhateverOrderTheyCome() throws SQLException {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var sent = new ArrayList<Frame>();
        for (int seq = 1; seq <= 600; seq++) {
            // The clock runs through minutes, and steps now and then.
            long step = random.nextInt(40) == 0 ? random.nextLong(-600, 600) * 1_000_000 : 0;
            sent.add(frame(seq, NOON_MICROS + seq * 7_000_000L + step));
        }
        for (int swap = 0; swap < 100; swap++) {
            Collections.swap(sent, random.nextInt(600), random.nextInt(600));
        }
        for (int at = 0; at < 600; at += 6) {
            fixture.send("shuffled", EPOCH, sent.subList(at, at + 6).toArray(Frame[]::new));
            if (random.nextInt(4) == 0) {
                fixture.send("shuffled", EPOCH, sent.subList(0, 6).toArray(Frame[]::new));
            }
        }
        awaitCount(600, frames("shuffled"));
        awaitCount(600, "select upto from progress join device on id = device_id where name = 'shuffled'");
        assertThat(uncovered("shuffled")).as("seed %d", seed).isZero();
    }

    private void assertMarksCover(String device) throws SQLException {
        assertThat(uncovered(device)).isZero();
    }

    private long uncovered(String device) throws SQLException {
        return fixture.count("""
                select count(*) from frame f join device d on d.id = f.device_id where d.name = '%s' and not exists (
                    select from mark m where m.device_id = f.device_id and m.epoch = f.epoch
                    and m.minute = date_trunc('minute', f.device_time) and m.seq_from <= f.seq
                    and (m.seq_to is null or f.seq <= m.seq_to))
                """.formatted(device));
    }

    @Test
    void takesConnectsAndIgnoresLateWills() {
        Connect first = Connect.newBuilder()
                .setSession(5)
                .setDeviceType("rover")
                .addParameters(
                        Parameter.newBuilder().setName("heat").setUnit("K").setWarningHigh(300))
                .build();
        fixture.add(Streams.CONNECT, "rover", first.toByteArray(), null);
        awaitCount(1, "select count(*) from parameter where name = 'heat' and warning_high = 300");
        fixture.add(
                Streams.LAST_WILL,
                "rover",
                LastWill.newBuilder().setSession(5).build().toByteArray(),
                null);
        awaitCount(1, "select count(*) from device where name = 'rover' and will_at is not null");
        fixture.add(
                Streams.CONNECT,
                "rover",
                first.toBuilder().setSession(6).build().toByteArray(),
                null);
        awaitCount(1, "select count(*) from device where name = 'rover' and session = 6 and will_at is null");
        fixture.add(
                Streams.LAST_WILL,
                "rover",
                LastWill.newBuilder().setSession(5).build().toByteArray(),
                null);
        fixture.add(Streams.LAST_WILL, "straggler", new byte[] {1, 2, 3}, null);
        // The second is applied after the first, and whatever a will says, it is one.
        awaitCount(1, "select count(*) from device where name = 'straggler' and will_at is not null");
        awaitCount(1, "select count(*) from device where name = 'rover' and session = 6 and will_at is null");
    }

    @Test
    void countsADuplicateOfADeviceThatDoesNotCountWithoutDoingTheBatchAgain() throws SQLException {
        // A sequence does not go back with a transaction.
        fixture.run("create sequence attempts");
        fixture.run("""
                create function attempt() returns trigger language plpgsql as
                    $$ begin perform nextval('attempts'); return null; end $$
                """);
        fixture.run("create trigger attempt before insert on frame for each statement execute function attempt()");
        try {
            for (int round = 1; round <= 4; round++) {
                fixture.send("plain", 0, frame(0, NOON_MICROS));
                // Each in a batch of its own.
                awaitCount(
                        round - 1,
                        "select coalesce((select duplicates from daily join device on id = device_id"
                                + " where name = 'plain'), 0)");
                awaitCount(1, frames("plain"));
            }
            assertThat(fixture.count("select last_value from attempts")).isEqualTo(4);
        } finally {
            fixture.run("drop trigger attempt on frame");
            fixture.run("drop function attempt");
            fixture.run("drop sequence attempts");
        }
    }

    @Test
    void keepsOfWhatIsStoredSoManyBytesInRedis() {
        String stream = Streams.telemetry(Streams.partitionOf("bulky"));
        Frame large = frame(0, NOON_MICROS).toBuilder()
                .addAllValues(Collections.nCopies(
                        30,
                        Value.newBuilder().setName("text").setText(noise(4_000)).build()))
                .build();
        for (int seq = 1; seq <= 80; seq++) {
            fixture.send("bulky", EPOCH, large.toBuilder().setSeq(seq).build());
        }
        awaitCount(80, frames("bulky"));
        // 9 MB came: of the last two batches, 2 MB each, as many stay as 1 MB needs.
        await().atMost(LIMIT).until(() -> fixture.redis.memoryUsage(stream) < 5L << 20);
    }

    @Test
    void readsNoMoreAtOnceThanTheBytesItMay() {
        String stream = "weather/bulky";
        for (int entry = 0; entry < 100; entry++) {
            fixture.add(stream, "bulky", new byte[64 * 1024], null);
        }
        try (Redis redis = fixture.openRedis();
                var reader = new StreamReader(redis)) {
            reader.makeGroup(stream);
            var size = new BatchSize(2_000, 1 << 20);
            var seen = new ArrayList<String>();
            for (int read = fresh(reader, stream, size, seen); read > 0; read = fresh(reader, stream, size, seen)) {
                assertThat(read).isBetween(1, 1 + 2 * BatchSize.CHUNK);
            }
            assertThat(seen).hasSize(100).doesNotHaveDuplicates().isSorted();
            var again = reader.pending(stream, "0-0".getBytes(UTF_8), size);
            assertThat(again).hasSizeBetween(1, 1 + 2 * BatchSize.CHUNK);
            assertThat(again.getFirst().idText()).isEqualTo(seen.getFirst());
            size.failed();
            assertThat(reader.pending(stream, again.getLast().id(), size))
                    .hasSizeLessThanOrEqualTo(BatchSize.CHUNK)
                    .first()
                    .extracting(StreamEntry::idText)
                    .isEqualTo(seen.get(again.size()));
        }
        fixture.redis.del(stream);
    }

    private static int fresh(StreamReader reader, String stream, BatchSize size, List<String> seen) {
        List<StreamEntry> read =
                reader.fresh(List.of(stream), size, Duration.ofMillis(1)).getOrDefault(stream, List.of());
        read.forEach(entry -> seen.add(entry.idText()));
        return read.size();
    }

    @Test
    void aDeviceThatBeginsEpochsWithoutEndIsHeldToARate() throws SQLException {
        for (int epoch = 1; epoch <= EpochRate.AT_ONCE + 50; epoch++) {
            fixture.send("restless", epoch, frame(1, NOON_MICROS));
        }
        await().atMost(LIMIT)
                .until(() -> fixture.count(frames("restless"))
                                + fixture.count("select count(*) from reject where device = 'restless'")
                        == EpochRate.AT_ONCE + 50);
        assertThat(fixture.count(frames("restless"))).isBetween((long) EpochRate.AT_ONCE, EpochRate.AT_ONCE + 5L);
        assertThat(fixture.count("select count(*) from reject where device = 'restless' and reason like '%too often%'"))
                .isPositive();
        // Epochs that it has begun go on.
        fixture.send("restless", EpochRate.AT_ONCE, frame(2, NOON_MICROS));
        awaitCount(1, "select count(*) from frame join device on id = device_id where name = 'restless' and seq = 2");
    }

    @Test
    void oneNoticeThatCannotBeAppliedHoldsUpNoOther() throws SQLException {
        fixture.run("alter table device add constraint poison check (type <> 'poison') not valid");
        try {
            for (String type : List.of("rover", "poison", "lander")) {
                byte[] connect = Connect.newBuilder()
                        .setSession(1)
                        .setDeviceType(type)
                        .build()
                        .toByteArray();
                fixture.add(Streams.CONNECT, "notice-" + type, connect, null);
            }
            awaitCount(2, "select count(*) from device where name like 'notice-%' and session = 1");
            awaitCount(1, "select count(*) from reject where topic = 'fleet/notice-poison/connect'");
        } finally {
            fixture.run("alter table device drop constraint poison");
        }
    }

    @Test
    void aNameThatIsNoneHoldsUpNoPartition() {
        String name = noise(6_000);
        byte[] telemetry = Telemetry.newBuilder()
                .setEpoch(EPOCH)
                .addFrames(frame(1, NOON_MICROS))
                .build()
                .toByteArray();
        String stream = Streams.telemetry(Streams.partitionOf("behind"));
        fixture.add(stream, name, telemetry, null);
        fixture.add(Streams.CONNECT, name, new byte[0], null);
        fixture.add(Streams.REJECTS, name, new byte[0], null);
        fixture.send("behind", EPOCH, frame(1, NOON_MICROS));
        awaitCount(1, frames("behind"));
        awaitCount(2, "select count(*) from reject where reason = 'The topic names no device'");
    }

    @Test
    void keepsTheNewestValues() {
        fixture.send("newest", EPOCH, frame(1, NOON_MICROS), frame(2, NOON_MICROS + 1_000_000));
        awaitCount(
                1,
                "select count(*) from latest join device on id = device_id where name = 'newest'"
                        + " and (parameters #>> '{altitude,value}')::float8 = 102");
    }
}
