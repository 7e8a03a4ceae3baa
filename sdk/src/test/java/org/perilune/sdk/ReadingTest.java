package org.perilune.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.TelemetryLimits;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;

class ReadingTest {
    private static Reading.Builder reading() {
        return Reading.at(Instant.EPOCH);
    }

    private static Reading withValues(int count) {
        var reading = reading();
        String padding = "x".repeat(TelemetryLimits.LONGEST_NAME - 4);
        IntStream.range(0, count).forEach(value -> reading.number("%04d%s".formatted(value, padding), value));
        return reading.build();
    }

    /** What the SDK takes, the ground stores. */
    @Test
    void takesWhatTheLimitsPromise() throws Exception {
        Frame frame = Frame.parseFrom(withValues(TelemetryLimits.MOST_VALUES).toFrameBody()).toBuilder()
                .setSeq(Long.MAX_VALUE)
                .build();
        byte[] message = Telemetry.newBuilder()
                .setEpoch(Long.MAX_VALUE)
                .addFrames(frame)
                .build()
                .toByteArray();
        var scanner = new TelemetryScanner();
        scanner.scan(message);
        assertThat(scanner.fault(0)).isNull();
        assertThat(message.length).isLessThan(TelemetryLimits.MOST_MESSAGE_BYTES);
    }

    @Test
    void refusesWhatTheGroundWouldNotStore() {
        assertRefused(() -> withValues(TelemetryLimits.MOST_VALUES + 1).toFrameBody(), "1001 values");
        assertRefused(() -> reading().text("a", "x".repeat(4_097)), "longer than");
        assertRefused(() -> reading().text("a", "x\0"), "zero character");
        assertRefused(() -> reading().status("\ud800"), "surrogate");
        assertRefused(() -> new Reading(Instant.EPOCH, "\0", List.of()).toFrameBody(), "zero character");
        assertRefused(() -> Reading.at(Instant.MAX).build().toFrameBody(), "years 1 to 9999");
        var long60 = reading();
        IntStream.range(0, 65).forEach(value -> long60.text("a" + value, "x".repeat(4_096)));
        assertRefused(() -> long60.build().toFrameBody(), "bytes exceeds");
    }

    @Test
    void refusesADescriptionThatTheGroundWouldNotTake() {
        var wordy = DeviceParameter.of("a", "", "x".repeat(4_097));
        assertRefused(
                () -> new DeviceDescription("probe", Duration.ZERO, List.of(wordy), null),
                "unit and description have over 4096");
        assertRefused(() -> new DeviceDescription("probe\0", Duration.ZERO, List.of(), null), "zero character");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
