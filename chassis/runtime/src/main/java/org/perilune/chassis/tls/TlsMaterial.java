package org.perilune.chassis.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files of one {@link TlsConfig} held when they were read.
 *
 * @param alias of the certificate, unlike that of any other reading, so that a handshake does not mix two of them
 * @param chain our certificate and those that lead to its CA; empty where we have none
 */
record TlsMaterial(
        X509ExtendedTrustManager trust,
        String alias,
        List<X509Certificate> chain,
        @Nullable PrivateKey key) {
    /** @throws IOException that names the file and says what is wrong with it */
    static TlsMaterial read(TlsConfig config) throws IOException {
        Path certificate = config.certificateFile();
        Path keyFile = config.keyFile();
        X509ExtendedTrustManager trust = trust(config.caFile());
        if (certificate == null || keyFile == null) {
            return new TlsMaterial(trust, "", List.of(), null);
        }
        List<X509Certificate> chain = PemFile.certificates(certificate);
        PrivateKey key = PemFile.privateKey(keyFile);
        if (!PrivateKeys.belongTogether(key, chain.getFirst().getPublicKey())) {
            throw new IOException(
                    "The key in " + keyFile + " is not that of the certificate in " + certificate + ", its first one");
        }
        return new TlsMaterial(trust, UUID.randomUUID().toString(), List.copyOf(chain), key);
    }

    /** Of these authorities alone, or, without a file, of those that the JDK trusts. */
    static X509ExtendedTrustManager trust(@Nullable Path caFile) throws IOException {
        try {
            KeyStore authorities = null;
            if (caFile != null) {
                authorities = KeyStore.getInstance(KeyStore.getDefaultType());
                authorities.load(null, null);
                int number = 0;
                for (X509Certificate authority : PemFile.certificates(caFile)) {
                    authorities.setCertificateEntry("ca-" + number++, authority);
                }
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(authorities);
            return Stream.of(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException failure) {
            throw new IOException("The authorities in " + caFile + " cannot be used", failure);
        }
    }
}
