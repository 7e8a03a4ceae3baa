package org.perilune.eventbus.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.eventbus.Subscriber;

class CallbackClientTest {
    private static final String PASSWORD = "only-for-tests";

    @TempDir
    Path home;

    /** With a certificate that nobody vouches for. */
    private HttpsServer impostor(AtomicInteger requests) throws Exception {
        Path store = home.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        var keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void whoCannotProveItsNameGetsNothing() throws Exception {
        var requests = new AtomicInteger();
        HttpsServer server = impostor(requests);
        var hosts = new CallbackHosts(new AllowedHosts(Set.of("localhost")), InetAddress::getAllByName);
        try (var client = CallbackClient.open(hosts)) {
            CallbackClient.Outcome outcome = client.send(
                    "https://localhost:" + server.getAddress().getPort() + "/", Map.of(), new byte[] {'{', '}'});
            assertThat(outcome.taken()).isFalse();
            assertThat(outcome.error()).contains("certification path");
            assertThat(requests).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aLookUpThatHangsIsNotWaitedFor() {
        var released = new CountDownLatch(1);
        var nobody = new AllowedHosts(Set.of());
        var hosts = new CallbackHosts(nobody, host -> {
            try {
                released.await();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });
        assertThatThrownBy(() -> hosts.check(CallbackAddress.parse("https://slow.example/", nobody)))
                .hasMessageContaining("could not be looked up in time");
        released.countDown();
    }

    @Test
    void whatIsRefusedNowIsNotSentEvenIfItWasTakenBefore() throws Exception {
        try (var subscriber = new Subscriber();
                var client =
                        CallbackClient.open(new CallbackHosts(new AllowedHosts(Set.of()), InetAddress::getAllByName))) {
            CallbackClient.Outcome outcome = client.send(subscriber.url("/"), Map.of(), new byte[] {'{', '}'});
            assertThat(outcome.taken()).isFalse();
            assertThat(outcome.error()).contains("refused");
            assertThat(subscriber.received()).isEmpty();
        }
    }
}
