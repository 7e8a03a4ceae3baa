package org.perilune.console.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SafeRedirectTest {
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
}
