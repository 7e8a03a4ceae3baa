package org.perilune.chassis.tls;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.settings.Settings;

/**
 * TLS of one kind of connection: to a store, to other services, or of a listener. Files are PEM, and read again when they
 * change. Servers' certificates are always compared with their host's name.
 *
 * @param enabled false where connections are plain; the files do not count then
 * @param caFile certificates of those who may sign the other side's; null trusts whom the JDK trusts
 * @param certificateFile ours, followed by those that lead to its CA; null where we show none
 * @param keyFile of our certificate: PKCS#8, PKCS#1 or SEC1, not encrypted, and readable by its owner only
 */
public record TlsConfig(
        boolean enabled,
        @Nullable Path caFile,
        @Nullable Path certificateFile,
        @Nullable Path keyFile) {
    /** Plain connections. */
    public static final TlsConfig OFF = new TlsConfig(false, null, null, null);

    private static final String CA = "tls.ca-file";
    private static final String CERTIFICATE = "tls.certificate-file";
    private static final String KEY = "tls.key-file";

    /**
     * Reads {@code PART.tls.enabled}, and the files as {@link #read(Settings, String, boolean)} does.
     *
     * @param part such as {@code redis}
     */
    public static TlsConfig read(Settings in, String part) {
        String enabled = part + ".tls.enabled";
        TlsConfig config = read(in, part, in.flag(enabled, false));
        if (!config.enabled()) {
            for (String file : List.of(CA, CERTIFICATE, KEY)) {
                if (isGiven(in, part, file)) {
                    in.fault(part + "." + file, "counts for nothing while " + enabled + " is not true");
                }
            }
        }
        return config;
    }

    /**
     * Reads {@code PART.tls.ca-file}, {@code .certificate-file} and {@code .key-file}; what is not said there is what
     * {@code tls.ca-file}, {@code tls.certificate-file} and {@code tls.key-file} say for all of a service's connections.
     * Where TLS is enabled the files are read, and one that cannot be used is a fault.
     *
     * @param enabled what something else says, such as the scheme of an address
     */
    public static TlsConfig read(Settings in, String part, boolean enabled) {
        // Every key is read, so that it is known.
        List.of(CA, CERTIFICATE, KEY).forEach(in::optionalText);
        boolean ownCa = isGiven(in, part, CA);
        boolean ownCertificate = isGiven(in, part, CERTIFICATE);
        boolean ownKey = isGiven(in, part, KEY);
        // A certificate and its key are of one place.
        boolean ownPair = ownCertificate || ownKey;
        File ca = File.of(in, ownCa ? part + "." + CA : CA);
        File certificate = File.of(in, ownPair ? part + "." + CERTIFICATE : CERTIFICATE);
        File key = File.of(in, ownPair ? part + "." + KEY : KEY);
        if ((certificate.path() == null) != (key.path() == null)) {
            if (key.path() == null) {
                in.fault(key.key(), "is missing; " + certificate.key() + " is of no use without");
            } else {
                in.fault(certificate.key(), "is missing; " + key.key() + " is of no use without");
            }
            return new TlsConfig(enabled, ca.path(), null, null);
        }
        var config = new TlsConfig(enabled, ca.path(), certificate.path(), key.path());
        if (enabled) {
            config.check(in, ca, certificate, key);
        }
        return config;
    }

    /** What is wrong with each file; of a pair that cannot be used together, the key is. */
    private void check(Settings in, File ca, File certificate, File key) {
        boolean readable = report(in, ca, () -> TlsMaterial.trust(caFile));
        if (certificateFile == null || keyFile == null) {
            return;
        }
        readable &= report(in, certificate, () -> PemFile.certificates(certificateFile));
        readable &= report(in, key, () -> PemFile.privateKey(keyFile));
        if (readable) {
            report(in, key, () -> TlsMaterial.read(this));
        }
    }

    private static boolean report(Settings in, File file, Attempt attempt) {
        try {
            attempt.read();
            return true;
        } catch (IOException failure) {
            String message = String.valueOf(failure.getMessage());
            in.fault(file.key(), Character.toLowerCase(message.charAt(0)) + message.substring(1));
            return false;
        }
    }

    private interface Attempt {
        Object read() throws IOException;
    }

    private static boolean isGiven(Settings in, String part, String name) {
        return in.optionalText(part + "." + name).isPresent();
    }

    private record File(String key, @Nullable Path path) {
        static File of(Settings in, String key) {
            Optional<String> text = in.optionalText(key);
            try {
                return new File(key, text.map(Path::of).orElse(null));
            } catch (InvalidPathException noPath) {
                in.fault(key, "'" + text.orElse("") + "' is not a path");
                return new File(key, null);
            }
        }
    }
}
