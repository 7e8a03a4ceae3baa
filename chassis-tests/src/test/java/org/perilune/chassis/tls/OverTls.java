package org.perilune.chassis.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Resources;
import org.perilune.testkit.TestAuthority;
import org.perilune.testkit.TlsGate;

/**
 * What every store's client has to do with TLS, shown with TLS ended before the embedded server. Whether a store's own TLS
 * is understood, each shows with a real one.
 */
abstract class OverTls {
    static final String HOST = "127.0.0.1";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    private Path files;

    final Resources owned = new Resources();
    private TestAuthority authority;

    /** A client that was opened once, and what keeps it from its store; asking may connect. */
    interface Client {
        Optional<String> problem() throws Exception;
    }

    /** The store as people call it. */
    abstract String store();

    /** Where it listens without TLS. */
    abstract int plainPort();

    /** Opens a client that is closed with {@link #owned}. */
    abstract Client open(String host, int port, TlsConfig tls);

    @BeforeEach
    void makeAuthority() {
        authority = TestAuthority.in(files);
    }

    @AfterEach
    void close() {
        owned.close();
    }

    final Path files() {
        return files;
    }

    final TestAuthority authority() {
        return authority;
    }

    static TlsConfig trusting(Path file) {
        return new TlsConfig(true, file, null, null);
    }

    static TlsConfig showing(Path file, TestAuthority.Issued certificate) {
        return new TlsConfig(true, file, certificate.certificate(), certificate.key());
    }

    final TlsGate gate(TestAuthority.Issued certificate, boolean wantsCertificate) throws IOException {
        return owned.add(new TlsGate(plainPort(), showing(authority.file(), certificate), wantsCertificate));
    }

    static void awaitWorking(Client client) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(client.problem()).isEmpty());
    }

    final void awaitProblem(Client client, String reason) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(client.problem().orElse("It works"))
                        .startsWith(store())
                        .contains(reason));
    }

    @Test
    void worksWhereItsAuthorityIsTrusted() throws Exception {
        TlsGate gate = gate(authority.issue(HOST), false);
        awaitWorking(open(HOST, gate.port(), trusting(authority.file())));
    }

    @Test
    void saysThatItsAuthorityIsNotTrusted() throws Exception {
        TlsGate gate = gate(authority.issue(HOST), false);
        Path another = TestAuthority.in(files).file();
        awaitProblem(open(HOST, gate.port(), trusting(another)), "its certificate is not signed by a CA of " + another);
    }

    @Test
    void saysThatItsCertificateIsForAnotherHost() throws Exception {
        TlsGate gate = gate(authority.issue("elsewhere.example"), false);
        awaitProblem(
                open(HOST, gate.port(), trusting(authority.file())),
                "its certificate is refused: No subject alternative names matching IP address 127.0.0.1");
    }

    @Test
    void saysThatItsCertificateHasExpired() throws Exception {
        TlsGate gate = gate(authority.issueExpired(HOST), false);
        awaitProblem(open(HOST, gate.port(), trusting(authority.file())), "its certificate has expired");
    }

    @Test
    void saysThatItMissesOurCertificate() throws Exception {
        TlsGate gate = gate(authority.issue(HOST), true);
        awaitProblem(open(HOST, gate.port(), trusting(authority.file())), "it refuses our certificate, or misses one");
        awaitWorking(open(HOST, gate.port(), showing(authority.file(), authority.issue("client"))));
    }

    /** The client is the same all the time; its files and the server's change one after the other. */
    @Test
    void followsAnAuthorityThatIsReplaced() throws Exception {
        TestAuthority.Issued certificate = authority.issue(HOST);
        TlsGate gate = gate(certificate, false);
        Path trusted = Files.copy(authority.file(), files.resolve("trusted.pem"));
        Client client = open(HOST, gate.port(), trusting(trusted));
        awaitWorking(client);

        TestAuthority next = TestAuthority.in(files);
        certificate.become(next.issue(HOST));
        gate.cut();
        awaitProblem(client, "its certificate is not signed by a CA of " + trusted);

        TestAuthority.replace(next.file(), trusted);
        awaitWorking(client);
    }
}
