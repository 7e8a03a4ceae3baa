package org.perilune.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;

class TrustedProxiesTest {
    private final TrustedProxies proxies = TrustedProxies.of("127.0.0.1, ::1, 10.1.0.0/20, 2001:db8::/33");

    @Test
    void believesTrustedProxiesOnly() {
        assertThat(proxies.origin("127.0.0.1", List.of("203.0.113.7"))).isEqualTo("203.0.113.7");
        assertThat(proxies.origin("0:0:0:0:0:0:0:1", List.of("203.0.113.7"))).isEqualTo("203.0.113.7");
        assertThat(proxies.origin("192.0.2.1", List.of("203.0.113.7"))).isEqualTo("192.0.2.1");
        assertThat(proxies.origin("127.0.0.1", List.of())).isEqualTo("127.0.0.1");
        assertThat(TrustedProxies.NONE.origin("127.0.0.1", List.of("203.0.113.7")))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void takesTheLastHopThatIsNoProxyWhateverStandsBeforeIt() {
        assertThat(proxies.origin("127.0.0.1", List.of("made-up, 1.1.1.1", "203.0.113.7, 10.1.15.255")))
                .isEqualTo("203.0.113.7");
        assertThat(proxies.origin("127.0.0.1", List.of("203.0.113.7,"))).isEqualTo("203.0.113.7");
    }

    @Test
    void knowsNetworksByTheirBits() {
        assertThat(proxies.trusts("10.1.15.255")).isTrue();
        assertThat(proxies.trusts("10.1.16.0")).isFalse();
        assertThat(proxies.trusts("2001:db8:7fff::1")).isTrue();
        assertThat(proxies.trusts("2001:db8:8000::1")).isFalse();
        assertThat(proxies.trusts("localhost")).isFalse();
    }

    @Test
    void saysWhatIsNoListOfAddresses() {
        for (String wrong : List.of("proxy.example", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1")) {
            var settings = Settings.of(Map.of("trusted", wrong));
            TrustedProxies.read(settings, "trusted", "");
            assertThatThrownBy(settings::check)
                    .isInstanceOf(InvalidSettings.class)
                    .hasMessageContaining("trusted: '" + wrong + "' is no list of addresses");
        }
    }
}
