package org.perilune.chassis.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.http.HttpTls;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Settings;
import org.perilune.testkit.TestAuthority;

/** What the settings of TLS mean, and which files are refused. */
final class TlsConfigTest {
    @TempDir
    private Path folder;

    private TestAuthority authority;
    private TestAuthority.Issued own;
    private final Map<String, String> given = new HashMap<>();

    @BeforeEach
    void issue() {
        authority = TestAuthority.in(folder);
        own = authority.issue("localhost");
    }

    private TlsConfig read() {
        return TlsConfig.read(Settings.of(given), "redis");
    }

    private List<String> faults() {
        var settings = Settings.of(given);
        TlsConfig.read(settings, "redis");
        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, settings::check);
        return invalid == null ? List.of() : invalid.faults();
    }

    @Test
    void isOffUnlessItIsSaid() {
        assertThat(read()).isEqualTo(TlsConfig.OFF);
        assertThat(faults()).isEmpty();
    }

    @Test
    void mapsEveryKey() {
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.ca-file", authority.file().toString());
        given.put("redis.tls.certificate-file", own.certificate().toString());
        given.put("redis.tls.key-file", own.key().toString());

        assertThat(read()).isEqualTo(new TlsConfig(true, authority.file(), own.certificate(), own.key()));
        assertThat(faults()).isEmpty();
    }

    @Test
    void takesWhatTheServiceSaysForAllConnections() {
        TestAuthority another = TestAuthority.in(folder);
        given.put("redis.tls.enabled", "true");
        given.put("tls.ca-file", authority.file().toString());
        given.put("tls.certificate-file", own.certificate().toString());
        given.put("tls.key-file", own.key().toString());
        assertThat(read()).isEqualTo(new TlsConfig(true, authority.file(), own.certificate(), own.key()));

        given.put("redis.tls.ca-file", another.file().toString());
        assertThat(read()).isEqualTo(new TlsConfig(true, another.file(), own.certificate(), own.key()));
        assertThat(faults()).isEmpty();
    }

    @Test
    void refusesFilesThatCountForNothing() {
        given.put("redis.tls.ca-file", authority.file().toString());
        assertThat(faults())
                .containsExactly("redis.tls.ca-file: counts for nothing while redis.tls.enabled is not true");
    }

    @Test
    void refusesACertificateWithoutItsKey() {
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.certificate-file", own.certificate().toString());
        given.put("tls.key-file", own.key().toString());
        assertThat(faults())
                .containsExactly("redis.tls.key-file: is missing; redis.tls.certificate-file is of no use without");
    }

    @Test
    void namesEachFileThatCannotBeUsed() throws IOException {
        Path nothing = Files.writeString(folder.resolve("nothing.pem"), "nothing");
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.ca-file", folder.resolve("nowhere.pem").toString());
        given.put("redis.tls.certificate-file", nothing.toString());
        given.put("redis.tls.key-file", authority.file().toString());
        Files.setPosixFilePermissions(authority.file(), PosixFilePermissions.fromString("rw-------"));

        assertThat(faults())
                .anySatisfy(fault -> assertThat(fault)
                        .startsWith("redis.tls.ca-file: there is no file ")
                        .endsWith("nowhere.pem"))
                .anySatisfy(fault -> assertThat(fault)
                        .startsWith("redis.tls.certificate-file: the file ")
                        .contains("has no certificate"))
                .anySatisfy(fault ->
                        assertThat(fault).startsWith("redis.tls.key-file: ").contains("has no private key"))
                .hasSize(3);
    }

    @Test
    void refusesAKeyOfAnotherCertificate() {
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.certificate-file", own.certificate().toString());
        given.put("redis.tls.key-file", authority.issue("localhost").key().toString());
        assertThat(faults())
                .singleElement()
                .asString()
                .startsWith("redis.tls.key-file: the key in ")
                .contains("is not that of the certificate in " + own.certificate());
    }

    @Test
    void refusesAKeyThatOthersMayRead() throws IOException {
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.certificate-file", own.certificate().toString());
        given.put("redis.tls.key-file", own.key().toString());
        Files.setPosixFilePermissions(own.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(faults())
                .singleElement()
                .asString()
                .startsWith("redis.tls.key-file: ")
                .contains("chmod 600");
    }

    @Test
    void refusesAFileThatIsStillBeingWritten() throws IOException {
        String whole = Files.readString(authority.file());
        Files.writeString(authority.file(), whole + whole.substring(0, whole.length() / 2));
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.ca-file", authority.file().toString());
        assertThat(faults()).singleElement().asString().contains("ends before its last part does");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out KEY",
                "genrsa -traditional -out KEY 2048",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out KEY",
                "ecparam -genkey -name prime256v1 -out KEY",
                "genpkey -algorithm ED25519 -out KEY"
            })
    void readsTheKeysThatOpensslWrites(String command) throws Exception {
        Path key = folder.resolve("openssl.key");
        openssl(command.replace("KEY", key.toString()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Path certificate = folder.resolve("openssl.crt");
        openssl("req -new -x509 -subj /CN=localhost -days 1 -key " + key + " -out " + certificate);

        assertThatCode(() -> TlsContext.open(new TlsConfig(true, certificate, certificate, key)))
                .doesNotThrowAnyException();
    }

    @Test
    void saysHowToDecryptAKey() throws Exception {
        Path key = folder.resolve("encrypted.key");
        openssl("genpkey -algorithm ED25519 -aes256 -pass pass:canary -out " + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        given.put("redis.tls.enabled", "true");
        given.put("redis.tls.certificate-file", own.certificate().toString());
        given.put("redis.tls.key-file", key.toString());
        assertThat(faults()).singleElement().asString().contains("encrypted private key", "openssl pkcs8");
    }

    private static void openssl(String command) throws Exception {
        Process process = new ProcessBuilder(("openssl " + command).split(" "))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void keepsProbesWithinReachWhereCertificatesAreRequired() {
        given.put("http.tls.enabled", "true");
        given.put("http.tls.client-certificates", "required");
        given.put("tls.ca-file", authority.file().toString());
        given.put("tls.certificate-file", own.certificate().toString());
        given.put("tls.key-file", own.key().toString());
        assertThat(httpFaults())
                .singleElement()
                .asString()
                .startsWith("http.tls.client-certificates: would keep out probes")
                .contains("http.management-port");

        given.put("http.management-port", "0");
        assertThat(httpFaults()).isEmpty();
        HttpTls tls = HttpConfig.read(Settings.of(given), 1).tls();
        assertThat(tls.clients()).isEqualTo(HttpTls.Clients.REQUIRED);
        assertThat(tls.listener()).isEqualTo(tls.calls());
    }

    @Test
    void aListenerNeedsACertificate() {
        given.put("http.tls.enabled", "true");
        given.put("http.tls.client-certificates", "perhaps");
        assertThat(httpFaults())
                .anySatisfy(fault -> assertThat(fault).startsWith("http.tls.certificate-file: is missing"))
                .anySatisfy(fault -> assertThat(fault).contains("must be anybody or required, not perhaps"))
                .hasSize(2);
    }

    private List<String> httpFaults() {
        var settings = Settings.of(given);
        HttpConfig.read(settings, 1);
        InvalidSettings invalid = catchThrowableOfType(InvalidSettings.class, settings::check);
        return invalid == null ? List.of() : invalid.faults();
    }
}
