package org.perilune.eventbus.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.runtime.ServiceException;

class CallbackAddressTest {
    private static final AllowedHosts NOBODY = new AllowedHosts(Set.of());

    private static void check(String url) throws Exception {
        // Of the tricky names none may be asked for: only literals are looked up here.
        var hosts = new CallbackHosts(NOBODY, InetAddress::getAllByName);
        hosts.check(CallbackAddress.parse(url, NOBODY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hook",
                "//example.com/",
                "https:",
                "https:///path",
                "https:example.com",
                "http://93.184.215.14/",
                "ftp://93.184.215.14/",
                "file:///etc/passwd",
                "gopher://93.184.215.14/",
                "javascript:alert(1)",
                "https://93.184.215.14:8443/",
                "https://93.184.215.14:80/",
                "https://93.184.215.14:0/",
                "https://93.184.215.14:99999/",
                "https://93.184.215.14:-1/",
                "https://user@93.184.215.14/",
                "https://user:password@93.184.215.14/",
                "https://93.184.215.14@127.0.0.1/",
                "https://127.0.0.1#@93.184.215.14/",
                "https://93.184.215.14/#fragment",
                "https://93.184.215.14\\@127.0.0.1/",
                "https:\\\\127.0.0.1/",
                "https://93.184.215.14 /",
                "https://93.184.215.14/a b",
                "https://93.184.215.14/\n",
                "https://93.184.215.14/\r\nX: 1",
                "https://exämple.com/",
                "https://ⓔxample.com/",
                "https://example。com/",
                "https://１２７.0.0.1/",
                "https://example.com./",
                "https://.example.com/",
                "https://example..com/",
                "https://-example.com/",
                "https://a_b.example/",
                "https://%31%32%37.0.0.1/",
                "https://127.0.0.1%00.example.com/",
                "https://example.com,127.0.0.1/",
                // IPv4 as nobody writes it
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0x7f.1/",
                "https://017700000001/",
                "https://0177.0.0.1/",
                "https://127.1/",
                "https://127.0.1/",
                "https://0/",
                "https://127.0.0.1./",
                "https://127.0.0.256/",
                "https://1.2.3.4.5/",
                "https://example.123/",
                "https://foo.0x7f/",
                // not everybody's
                "https://127.0.0.1/",
                "https://0.0.0.0/",
                "https://10.1.2.3/",
                "https://100.64.0.1/",
                "https://100.127.255.254/",
                "https://169.254.169.254/latest/meta-data/",
                "https://172.16.0.1/",
                "https://172.31.255.255/",
                "https://192.0.0.8/",
                "https://192.0.2.1/",
                "https://192.88.99.1/",
                "https://192.168.1.1/",
                "https://198.18.0.1/",
                "https://198.19.255.255/",
                "https://198.51.100.1/",
                "https://203.0.113.1/",
                "https://224.0.0.1/",
                "https://240.0.0.1/",
                "https://255.255.255.255/",
                "https://[::]/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[::ffff:7f00:1]/",
                "https://[::127.0.0.1]/",
                "https://[64:ff9b::7f00:1]/",
                "https://[64:ff9b::93.184.215.14]/",
                "https://[64:ff9b:1::1]/",
                "https://[100::1]/",
                "https://[2001::1]/",
                "https://[2001:db8::1]/",
                "https://[2002:7f00:1::1]/",
                "https://[3fff::1]/",
                "https://[fc00::1]/",
                "https://[fd12:3456::1]/",
                "https://[fe80::1]/",
                "https://[fe80::1%25eth0]/",
                "https://[fec0::1]/",
                "https://[ff02::1]/",
                "https://[::1/",
                "https://::1/",
                "https://localhost/"
            })
    void refuses(String url) {
        assertThatThrownBy(() -> check(url))
                .isInstanceOfSatisfying(
                        ServiceException.Invalid.class,
                        refused ->
                                assertThat(refused.faults().getFirst().field()).isEqualTo("url"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://93.184.215.14/",
                "HTTPS://93.184.215.14",
                "https://93.184.215.14:443/hook?a=b&c=%20",
                "https://[2606:4700:4700::1111]/",
                "https://9.255.255.255/",
                "https://11.0.0.0/",
                "https://100.63.255.255/",
                "https://100.128.0.0/",
                "https://172.15.255.255/",
                "https://172.32.0.0/",
                "https://198.17.255.255/",
                "https://223.255.255.255/"
            })
    void takes(String url) {
        assertThatCode(() -> check(url)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://xn--exmple-cua.com/", "https://hooks.example.com/x", "https://3.example/"})
    void takesNames(String url) {
        assertThatCode(() -> CallbackAddress.parse(url, NOBODY)).doesNotThrowAnyException();
    }

    @Test
    void tooLongIsRefused() {
        assertThatThrownBy(() -> check("https://93.184.215.14/" + "a".repeat(2_048)))
                .isInstanceOf(ServiceException.Invalid.class);
        assertThatThrownBy(() -> check("https://" + "a.".repeat(200) + "com/"))
                .isInstanceOf(ServiceException.Invalid.class);
    }

    @Test
    void allowedByNameAtThePortThatIsNamed() throws Exception {
        var allowed = new AllowedHosts(Set.of("localhost:8080", "inside", "[::1]"));
        for (String url : List.of("http://LOCALHOST:8080/", "https://localhost:8080/", "http://[::1]:99/")) {
            new CallbackHosts(allowed, InetAddress::getAllByName).check(CallbackAddress.parse(url, allowed));
        }
        assertThatCode(() -> CallbackAddress.parse("http://inside:1234/", allowed))
                .doesNotThrowAnyException();
        for (String url : List.of("http://localhost/", "http://localhost:8081/", "http://notinside/")) {
            assertThatThrownBy(() -> CallbackAddress.parse(url, allowed)).isInstanceOf(ServiceException.Invalid.class);
        }
    }

    @Test
    void oneAddressThatIsNotPublicIsEnough() {
        var hosts = new CallbackHosts(NOBODY, host ->
                new InetAddress[] {InetAddress.getByName("93.184.215.14"), InetAddress.getByName("10.0.0.1")});
        assertThatThrownBy(() -> hosts.check(CallbackAddress.parse("https://example.com/", NOBODY)))
                .hasMessageContaining("not at a public address");
    }

    @Test
    void unknownHostsAreNamed() {
        var hosts = new CallbackHosts(NOBODY, host -> {
            throw new UnknownHostException(host);
        });
        assertThatThrownBy(() -> hosts.check(CallbackAddress.parse("https://nowhere.example/", NOBODY)))
                .hasMessageContaining("not known: nowhere.example");
    }

    /** The pitfall: a name that is public when it is checked, and private when it is called. */
    @Test
    void aNameThatChangesItsMeaningReachesNothing() throws Exception {
        var lookups = new AtomicInteger();
        var hosts =
                new CallbackHosts(NOBODY, host -> new InetAddress[] {
                    InetAddress.getByName(lookups.incrementAndGet() == 1 ? "93.184.215.14" : "127.0.0.1")
                });
        hosts.check(CallbackAddress.parse("https://rebind.example/", NOBODY));
        try (var client = CallbackClient.open(hosts)) {
            CallbackClient.Outcome outcome =
                    client.send("https://rebind.example/", Map.of(), "{}".getBytes(StandardCharsets.UTF_8));
            assertThat(outcome.taken()).isFalse();
            assertThat(outcome.error()).contains("Nothing was sent").contains("not at a public address");
        }
        assertThat(lookups).hasValue(2);
    }
}
