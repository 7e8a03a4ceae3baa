package org.perilune.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.contracts.v1.Value;

class TelemetryLimitsTest {
    private final TelemetryScanner scanner = new TelemetryScanner();

    @ParameterizedTest
    @ValueSource(strings = {"x", "\u00e9", "\u20ac", "\ud83d\ude80"})
    void aTextIsJudgedAsTheScannerJudgesIt(String character) throws Exception {
        String longest = TelemetryLimits.cut(character.repeat(TelemetryLimits.LONGEST_TEXT_BYTES));
        assertThat(TelemetryLimits.textFault(longest)).isNull();
        assertThat(scannerFault(longest)).isNull();
        assertThat(TelemetryLimits.textFault(longest + character)).contains("longer than 4096 bytes");
        assertThat(scannerFault(longest + character)).contains("longer than 4096 bytes");
        assertThat(longest).isEqualTo(character.repeat(longest.length() / character.length()));
    }

    private @org.jspecify.annotations.Nullable String scannerFault(String text) throws MalformedTelemetry {
        var frame = Frame.newBuilder()
                .setSeq(1)
                .addValues(Value.newBuilder().setName("a").setText(text));
        scanner.scan(Telemetry.newBuilder().setEpoch(1).addFrames(frame).build().toByteArray());
        return scanner.fault(0);
    }

    @Test
    void halfACharacterAndAZeroCharacterAreNoText() {
        assertThat(TelemetryLimits.textFault("a\ud83d")).contains("surrogate");
        assertThat(TelemetryLimits.textFault("\ude80a")).contains("surrogate");
        assertThat(TelemetryLimits.textFault("\ud83d\ud83d\ude80")).contains("surrogate");
        assertThat(TelemetryLimits.textFault("a\0b")).contains("zero character");
        assertThat(TelemetryLimits.textFault("\ud83d\ude80")).isNull();
    }
}
