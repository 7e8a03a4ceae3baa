package org.perilune.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.UUID;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test's own, with its certificate and those that it issues as PEM files in one folder. */
public final class TestAuthority {
    private static final Duration VALID = Duration.ofDays(1);

    private final Path folder;
    private final X500Name name;
    private final KeyPair keys;
    private final Path file;

    /**
     * A certificate with its key, in files that can be replaced.
     *
     * @param certificate PEM
     * @param key PKCS#8 in PEM, readable by its owner only
     */
    public record Issued(Path certificate, Path key) {
        /** Puts another one's content into these files, as who rotates does. */
        public void become(Issued other) throws IOException {
            replace(other.key(), key);
            replace(other.certificate(), certificate);
        }
    }

    private TestAuthority(Path folder, X500Name name, KeyPair keys) {
        this.folder = folder;
        this.name = name;
        this.keys = keys;
        this.file = write(name(), "CERTIFICATE", encoded(certificate(name, keys, Instant.now(), true)), "rw-r--r--");
    }

    /** A new one, unlike all others of the same name. */
    public static TestAuthority in(Path folder) {
        return new TestAuthority(folder, new X500Name("CN=CA " + UUID.randomUUID()), pair());
    }

    /** Its own certificate. */
    public Path file() {
        return file;
    }

    /** @param host a DNS name, or an address of four numbers, that the certificate is for */
    public Issued issue(String host) {
        return issue(host, Instant.now());
    }

    /** One that was valid until yesterday. */
    public Issued issueExpired(String host) {
        return issue(host, Instant.now().minus(VALID.multipliedBy(2)));
    }

    private Issued issue(String host, Instant now) {
        KeyPair own = pair();
        var subject = new X500Name("CN=" + host);
        Path certificate = write(name(), "CERTIFICATE", encoded(certificate(subject, own, now, false)), "rw-r--r--");
        return new Issued(
                certificate, write(name(), "PRIVATE KEY", own.getPrivate().getEncoded(), "rw-------"));
    }

    /** Puts the content of one file in place of another's, in one step. */
    public static void replace(Path content, Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.copy(content, beside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private X509Certificate certificate(X500Name subject, KeyPair own, Instant now, boolean authority) {
        var builder = new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(64, new SecureRandom()),
                Date.from(now.minus(VALID)),
                Date.from(now.plus(VALID)),
                subject,
                own.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!authority) {
                String host = subject.toString().substring("CN=".length());
                int kind = host.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName;
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, host)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException failure) {
            throw new IllegalStateException("No certificate could be made", failure);
        }
    }

    private static KeyPair pair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("No key could be made", failure);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("A certificate could not be encoded", failure);
        }
    }

    private static String name() {
        return UUID.randomUUID() + ".pem";
    }

    private Path write(String fileName, String type, byte[] der, String permissions) {
        String text = "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), type);
        try {
            Path path = folder.resolve(fileName);
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
            return Files.writeString(path, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
