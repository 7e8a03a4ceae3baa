package org.perilune.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @CsvSource({
        "nominal,,nominal",
        ",,–",
        "nominal,7200,nominal · clock 2 h ahead",
        ",-259200,clock 3 d behind",
    })
    void saysWithTheStatusHowFarAClockIsOff(String status, Long seconds, String word) {
        var device = new Device("rover", null, "online", null, null, status, seconds, 0, 0, 0, null, null);
        assertThat(device.statusWord()).isEqualTo(word);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "evil",
                "/\t/evil",
                "/a\r\nb",
                "/login?next=/",
                "",
                "/logout"
            })
    void neverLeadsElsewhere(String next) {
        assertThat(SafeRedirect.target(next)).isEqualTo("/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/system", "/devices/lunar-module", "/?state=dark"})
    void leadsToOurPages(String next) {
        assertThat(SafeRedirect.target(next)).isEqualTo(next);
    }

    @Test
    void bindsFormTokensToSessions() {
        assertThat(SessionCookie.isFormToken("one", SessionCookie.formToken("one")))
                .isTrue();
        assertThat(SessionCookie.isFormToken("two", SessionCookie.formToken("one")))
                .isFalse();
    }
}
