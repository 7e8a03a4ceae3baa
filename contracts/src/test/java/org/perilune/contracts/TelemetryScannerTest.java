package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

/** Against Protocol Buffers' own reader. */
class TelemetryScannerTest {
    private static final long SEED = 20_261_121;
    private final TelemetryScanner scanner = new TelemetryScanner();
    private final Random random = new Random(SEED);

    private Frame frame() {
        var frame = Frame.newBuilder()
                .setSeq(1 + random.nextLong(1L << random.nextInt(1, 63)))
                .setTimeMicros(random.nextLong(0, TelemetryLimits.LATEST_MICROS))
                .setStatus(random.nextBoolean() ? "nominal" : "日の出");
        for (int value = random.nextInt(12); value > 0; value--) {
            var named = Value.newBuilder().setName("value-" + value);
            frame.addValues(random.nextBoolean() ? named.setNumber(random.nextGaussian()) : named.setText("é" + value));
        }
        if (random.nextInt(4) == 0) {
            frame.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(
                            99,
                            UnknownFieldSet.Field.newBuilder()
                                    .addFixed32(7)
                                    .addLengthDelimited(ByteString.copyFromUtf8("of a later version"))
                                    .build())
                    .build());
        }
        return frame.build();
    }

    private Telemetry telemetry() {
        var telemetry = Telemetry.newBuilder().setEpoch(random.nextLong(1, Long.MAX_VALUE));
        for (int frame = random.nextInt(1, 40); frame > 0; frame--) {
            telemetry.addFrames(frame());
        }
        return telemetry.build();
    }

    @Test
    void findsTheVeryBytesOfEveryFrame() throws Exception {
        for (int round = 0; round < 500; round++) {
            Telemetry telemetry = telemetry();
            byte[] payload = telemetry.toByteArray();
            scanner.scan(payload);
            assertThat(scanner.epoch()).isEqualTo(telemetry.getEpoch());
            assertThat(scanner.scanEpoch(payload)).isEqualTo(telemetry.getEpoch());
            scanner.scan(payload);
            assertThat(scanner.count()).isEqualTo(telemetry.getFramesCount());
            for (int index = 0; index < scanner.count(); index++) {
                Frame frame = telemetry.getFrames(index);
                int from = scanner.from(index);
                assertThat(Arrays.copyOfRange(payload, from, from + scanner.length(index)))
                        .isEqualTo(frame.toByteArray());
                assertThat(scanner.seq(index)).isEqualTo(frame.getSeq());
                assertThat(scanner.timeMicros(index)).isEqualTo(frame.getTimeMicros());
                assertThat(scanner.fault(index)).isNull();
            }
        }
    }

    /** What we let through, everybody else must be able to read: nothing else may come of broken bytes. */
    @Test
    void takesNoBrokenMessageThatProtocolBuffersRefuse() {
        int taken = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] broken = broken(telemetry().toByteArray());
            try {
                scanner.scan(broken);
            } catch (MalformedTelemetry malformed) {
                continue;
            }
            if (isSound()) {
                taken++;
                assertThat(read(broken)).as("seed %d, round %d", SEED, round).isEqualTo(scanner.count());
            }
        }
        assertThat(taken).isPositive();
    }

    private boolean isSound() {
        for (int index = 0; index < scanner.count(); index++) {
            if (scanner.fault(index) != null) {
                return false;
            }
        }
        return true;
    }

    /** -1 where it cannot be read. */
    private static int read(byte[] payload) {
        try {
            return Telemetry.parseFrom(payload).getFramesCount();
        } catch (InvalidProtocolBufferException refused) {
            return -1;
        }
    }

    private byte[] broken(byte[] sound) {
        byte[] broken = random.nextInt(3) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
        for (int change = random.nextInt(1, 4); change > 0 && broken.length > 0; change--) {
            broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return broken;
    }

    private String faultOf(long epoch, Frame.Builder frame) throws Exception {
        scanner.scan(
                Telemetry.newBuilder().setEpoch(epoch).addFrames(frame).build().toByteArray());
        return String.valueOf(scanner.fault(0));
    }

    @Test
    void saysWhatIsWrongWithAFrame() throws Exception {
        assertThat(faultOf(1, Frame.newBuilder())).contains("no seq");
        assertThat(faultOf(1, Frame.newBuilder().setSeq(-1))).contains("beyond 2^63");
        assertThat(faultOf(0, Frame.newBuilder().setTimeMicros(-1))).contains("before 1970");
        assertThat(faultOf(1, Frame.newBuilder().setSeq(1).setTimeMicros(Long.MAX_VALUE)))
                .contains("years 1 to 9999");
        assertThat(faultOf(1, valued(Value.newBuilder().setName("a").setNumber(Double.NaN))))
                .contains("'a' is NaN");
        assertThat(faultOf(1, valued(Value.newBuilder().setName("a").setText("\0"))))
                .contains("zero character");
        assertThat(faultOf(1, valued(Value.newBuilder().setName("a").setText("x".repeat(4_097)))))
                .contains("'a' is longer than 4096 bytes");
        assertThat(faultOf(1, Frame.newBuilder().setSeq(1).setStatus("\0"))).contains("status");
    }

    @Test
    void leavesOutAValueWithoutASoundNameAndTakesTheOthers() throws Exception {
        for (String name : new String[] {"a b", "", "x".repeat(65)}) {
            Frame.Builder frame = valued(Value.newBuilder().setName("height").setNumber(1))
                    .addValues(Value.newBuilder().setName(name).setNumber(1));
            assertThat(faultOf(1, frame)).isEqualTo("null");
            assertThat(scanner.leftOut(0)).contains(name.isEmpty() ? "without a name" : "'" + name.substring(0, 3));
        }
    }

    @Test
    void takesLettersOfAnyScript() throws Exception {
        for (String name : new String[] {"Höhe", "高度", "ऊँचाई", "ارتفاع", "x".repeat(64)}) {
            assertThat(faultOf(1, valued(Value.newBuilder().setName(name).setInteger(1))))
                    .isEqualTo("null");
            assertThat(scanner.leftOut(0)).as(name).isNull();
        }
    }

    private static Frame.Builder valued(Value.Builder value) {
        return Frame.newBuilder().setSeq(1).addValues(value);
    }

    @Test
    void refusesMessagesWithoutFramesAndNegativeEpochs() {
        assertThatThrownBy(() -> scanner.scan(new byte[0])).isInstanceOf(MalformedTelemetry.class);
        byte[] negative = Telemetry.newBuilder()
                .setEpoch(-1)
                .addFrames(Frame.newBuilder().setSeq(1))
                .build()
                .toByteArray();
        assertThatThrownBy(() -> scanner.scan(negative)).hasMessageContaining("epoch is negative");
    }
}
