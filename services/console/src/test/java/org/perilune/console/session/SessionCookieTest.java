package org.perilune.console.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SessionCookieTest {
    @Test
    void bindsFormTokensToSessions() {
        assertThat(SessionCookie.isFormToken("one", SessionCookie.formToken("one")))
                .isTrue();
        assertThat(SessionCookie.isFormToken("two", SessionCookie.formToken("one")))
                .isFalse();
    }
}
