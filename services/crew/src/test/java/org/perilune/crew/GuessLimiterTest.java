package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.http.ClientAddress;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.testkit.SettableClock;

class GuessLimiterTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-21T12:00:00Z"));
    private final GuessLimiter limiter = new GuessLimiter(clock);

    @Test
    void waitsDoubleUpToFiveMinutes() {
        assertThat(GuessLimiter.waitAfter(4)).isZero();
        assertThat(GuessLimiter.waitAfter(5)).isEqualTo(Duration.ofSeconds(1));
        assertThat(GuessLimiter.waitAfter(8)).isEqualTo(Duration.ofSeconds(8));
        assertThat(GuessLimiter.waitAfter(5_000_000)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void anAddressHasTwentyTriesAMinuteWhateverTheAccount() {
        ClientAddress address = ClientAddress.of("203.0.113.7");
        for (int number = 0; number < GuessLimiter.TRIES_A_MINUTE; number++) {
            limiter.begin("account" + number, address);
        }
        assertThatThrownBy(() -> limiter.begin("another", address)).isInstanceOf(ServiceException.TooMany.class);
        assertThatCode(() -> limiter.begin("another", ClientAddress.of("203.0.113.8")))
                .doesNotThrowAnyException();
        clock.advance(Duration.ofMinutes(1));
        assertThatCode(() -> limiter.begin("another", address)).doesNotThrowAnyException();
    }

    @Test
    void anAttackerElsewhereDoesNotSlowTheOwnerDown() {
        for (int number = 0; number < GuessLimiter.FREE_TRIES; number++) {
            limiter.begin("gene", ClientAddress.of("203.0.113." + number));
        }
        assertThatThrownBy(() -> limiter.begin("gene", ClientAddress.of("203.0.113.99")))
                .isInstanceOf(ServiceException.TooMany.class);
        assertThatCode(() -> limiter.begin("gene", ClientAddress.of("198.51.100.1")))
                .doesNotThrowAnyException();
    }

    @Test
    void whatWasNotLookedAtIsNotCounted() {
        ClientAddress address = ClientAddress.of("2001:db8::1");
        for (int number = 0; number < 100; number++) {
            limiter.begin("gene", address).withdrawn();
        }
        assertThatCode(() -> limiter.begin("gene", address)).doesNotThrowAnyException();
    }
}
