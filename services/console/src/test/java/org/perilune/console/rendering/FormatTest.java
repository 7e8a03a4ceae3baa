package org.perilune.console.rendering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormatTest {
    @ParameterizedTest
    @CsvSource({
        "0,0.00",
        "31,31.00",
        "-3.14159,−3.14",
        "1655.54,1\u202f655.5",
        "0.05,0.0500",
        "123456,123\u202f456",
        "NaN,not a number"
    })
    void givesDigitsByMagnitude(double value, String text) {
        assertThat(Format.number(value)).isEqualTo(text);
    }

    @Test
    void givesSpansInOneUnit() {
        assertThat(Format.span(Duration.ofSeconds(89))).isEqualTo("89 s");
        assertThat(Format.span(Duration.ofMinutes(12))).isEqualTo("12 min");
        assertThat(Format.span(Duration.ofHours(49))).isEqualTo("2 d");
        assertThat(Format.span(Duration.ofSeconds(-5))).isEqualTo("0 s");
    }
}
