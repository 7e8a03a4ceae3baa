package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.telemetry.IngestFixture.NOON_MICROS;
import static org.perilune.telemetry.IngestFixture.frame;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.redis.Redis;
import org.perilune.contracts.Streams;
import org.perilune.contracts.v1.Connect;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.LastWill;
import org.perilune.contracts.v1.Parameter;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/** What devices cannot do to others, or to memory; and what they say of themselves. */
final class IngestBoundsTest extends WithIngest {
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
}
