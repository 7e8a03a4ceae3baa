package org.perilune.chassis.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.HttpTls;
import org.perilune.chassis.http.HttpTls.Clients;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Role;
import org.perilune.testkit.TestAuthority;

/** Services that ask each other over TLS. */
final class HttpTlsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final Resources owned = new Resources();
    private TestAuthority authority;

    @BeforeEach
    void makeAuthority() {
        authority = TestAuthority.in(folder);
    }

    @AfterEach
    void close() {
        owned.close();
    }

    private HttpListener listener(TestAuthority.Issued certificate, Path clientsCa, Clients clients) {
        PrometheusMeterRegistry meters = Meters.open();
        owned.add(meters::close);
        var given = new HashMap<String, String>();
        given.put("http.port", "0");
        given.put("http.tls.enabled", "true");
        given.put("http.tls.ca-file", clientsCa.toString());
        given.put("http.tls.certificate-file", certificate.certificate().toString());
        given.put("http.tls.key-file", certificate.key().toString());
        if (clients == Clients.REQUIRED) {
            given.put("http.tls.client-certificates", "required");
            given.put("http.management-port", "0");
        }
        var settings = Settings.of(given);
        HttpConfig config = HttpConfig.read(settings, 0);
        settings.check();
        return owned.add(HttpListener.open(
                config,
                "test",
                new Health(),
                meters,
                context -> new Principal("tester", Role.VIEWER, Instant.MAX),
                javalin -> javalin.routes.get("/scheme", context -> context.result(context.scheme()), Access.OPEN)));
    }

    private ServiceClient client(HttpListener listener, TlsConfig tls) {
        return owned.add(ServiceClient.open("test", URI.create("https://127.0.0.1:" + listener.port()), TIMEOUT, tls));
    }

    private static TlsConfig trusting(TestAuthority trusted) {
        return trusting(trusted.file());
    }

    private static TlsConfig trusting(Path trusted) {
        return new TlsConfig(true, trusted, null, null);
    }

    private static String ask(ServiceClient client) {
        byte[] body = client.exchange("GET", "/scheme", Optional.empty(), Optional.empty())
                .body();
        return new String(body, UTF_8);
    }

    private static void refused(ServiceClient client, String reason) {
        assertThatThrownBy(() -> ask(client))
                .isInstanceOf(ServiceException.Unavailable.class)
                .hasMessageContaining("test does not answer at https://127.0.0.1:")
                .hasMessageContaining(reason);
    }

    @Test
    void answersWhoTrustsItsAuthority() {
        HttpListener listener = listener(authority.issue("127.0.0.1"), authority.file(), Clients.ANYBODY);
        assertThat(ask(client(listener, trusting(authority)))).isEqualTo("https");
    }

    @Test
    void saysWhyACertificateIsRefused() {
        HttpListener right = listener(authority.issue("127.0.0.1"), authority.file(), Clients.ANYBODY);
        TestAuthority another = TestAuthority.in(folder);
        refused(client(right, trusting(another)), "its certificate is not signed by a CA of " + another.file());
        refused(client(right, HttpTls.OFF.calls()), "those that the JDK trusts");

        HttpListener misnamed = listener(authority.issue("elsewhere.example"), authority.file(), Clients.ANYBODY);
        refused(client(misnamed, trusting(authority)), "No subject alternative names matching IP address 127.0.0.1");

        HttpListener expired = listener(authority.issueExpired("127.0.0.1"), authority.file(), Clients.ANYBODY);
        refused(client(expired, trusting(authority)), "its certificate has expired");
    }

    @Test
    void nothingIsSentToWhomWeDoNotTrust() {
        HttpListener expired = listener(authority.issueExpired("127.0.0.1"), authority.file(), Clients.ANYBODY);
        // Unavailable promises that nothing was changed, and not uncertain, as when an answer is missing.
        assertThatThrownBy(() -> client(expired, trusting(authority))
                        .exchange("POST", "/scheme", Optional.empty(), Optional.of(new byte[0])))
                .isInstanceOf(ServiceException.Unavailable.class)
                .isNotInstanceOf(ServiceException.Uncertain.class);
    }

    @Test
    void takesOnlyClientsWithACertificateWhereTheseAreRequired() throws Exception {
        HttpListener listener = listener(authority.issue("127.0.0.1"), authority.file(), Clients.REQUIRED);
        TestAuthority.Issued shown = authority.issue("client");
        assertThat(ask(client(listener, new TlsConfig(true, authority.file(), shown.certificate(), shown.key()))))
                .isEqualTo("https");
        refused(client(listener, trusting(authority)), "it refuses our certificate, or misses one");

        TestAuthority.Issued foreign = TestAuthority.in(folder).issue("client");
        refused(
                client(listener, new TlsConfig(true, authority.file(), foreign.certificate(), foreign.key())),
                "it refuses our certificate, or misses one");

        try (HttpClient probe = HttpClient.newHttpClient()) {
            var ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.managementPort() + "/ready"))
                    .build();
            assertThat(probe.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }
    }

    /** Both sides are made once; each handshake goes by the files. */
    @Test
    void followsWhatChangesInTheFiles() throws IOException {
        TestAuthority.Issued certificate = authority.issue("127.0.0.1");
        int port = listener(certificate, authority.file(), Clients.ANYBODY).port();
        Path trusted = folder.resolve("trusted.pem");
        Files.copy(authority.file(), trusted);
        SSLSocketFactory sockets = TlsContext.open(trusting(trusted)).socketFactory();
        Certificate before = shake(sockets, port);

        // Half a file changes nothing: those that it held before count on.
        TestAuthority next = TestAuthority.in(folder);
        String whole = Files.readString(next.file());
        Files.writeString(trusted, whole.substring(0, whole.length() / 2));
        assertThat(shake(sockets, port)).isEqualTo(before);

        TestAuthority.replace(next.file(), trusted);
        assertThatThrownBy(() -> shake(sockets, port)).isInstanceOf(SSLHandshakeException.class);

        // A key alone is of no use to the listener: the pair that it had counts on.
        TestAuthority.Issued renewed = next.issue("127.0.0.1");
        TestAuthority.replace(renewed.key(), certificate.key());
        Files.writeString(trusted, whole + Files.readString(authority.file()));
        assertThat(shake(sockets, port)).isEqualTo(before);

        certificate.become(renewed);
        assertThat(shake(sockets, port)).isNotEqualTo(before);
    }

    private static Certificate shake(SSLSocketFactory sockets, int port) throws IOException {
        try (var socket = (SSLSocket) sockets.createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Whichever library forgets to compare names, nothing is sent. */
    @Test
    void refusesAConnectionThatDoesNotCompareNames() {
        int port = listener(authority.issue("127.0.0.1"), authority.file(), Clients.ANYBODY)
                .port();
        SSLSocketFactory careless =
                TlsContext.open(trusting(authority.file())).context().getSocketFactory();
        assertThatThrownBy(() -> shake(careless, port))
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("does not compare");
    }
}
