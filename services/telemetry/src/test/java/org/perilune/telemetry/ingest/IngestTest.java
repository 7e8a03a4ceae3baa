package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.perilune.telemetry.IngestFixture.NOON_MICROS;
import static org.perilune.telemetry.IngestFixture.frame;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/** Frames, and what becomes of those that are not as they should be. */
final class IngestTest extends WithIngest {
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
    void keepsTheNewestValues() {
        fixture.send("newest", EPOCH, frame(1, NOON_MICROS), frame(2, NOON_MICROS + 1_000_000));
        awaitCount(
                1,
                "select count(*) from latest join device on id = device_id where name = 'newest'"
                        + " and (parameters #>> '{altitude,value}')::float8 = 102");
    }
}
