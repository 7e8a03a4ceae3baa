package org.perilune.chassis.tls;

import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says what a failed handshake means, which drivers bury below their own exceptions. */
public final class TlsFailures {
    private static final int DEEPEST = 20;
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");
    private static final Set<String> OF_OUR_CERTIFICATE = Set.of(
            "bad_certificate",
            "certificate_required",
            "certificate_unknown",
            "certificate_expired",
            "certificate_revoked",
            "unsupported_certificate",
            "unknown_ca",
            "access_denied");

    private TlsFailures() {}

    /**
     * Why a connection failed: in a sentence of ours where TLS is the reason, else the failure's own message.
     *
     * @param config of the connection; nothing is looked for where it is plain
     */
    public static String reason(TlsConfig config, Throwable failure) {
        Path caFile = config.caFile();
        String trusted = caFile == null ? "those that the JDK trusts; set tls.ca-file" : caFile.toString();
        return (config.enabled() ? meaning(trusted, failure) : Optional.<String>empty())
                .orElseGet(() -> String.valueOf(failure.getMessage()));
    }

    /** Why a connection failed, where TLS is the reason. */
    public static Optional<String> meaning(Throwable failure) {
        return meaning("those that we trust", failure);
    }

    private static Optional<String> meaning(String trusted, Throwable failure) {
        List<Throwable> causes = causes(failure);
        if (any(causes, CertificateExpiredException.class::isInstance) || any(causes, TlsFailures::saysExpired)) {
            return Optional.of("its certificate has expired; renew it on the server");
        }
        if (any(causes, CertificateNotYetValidException.class::isInstance)) {
            return Optional.of("its certificate is not valid yet; compare the clocks");
        }
        if (any(causes, CertPathBuilderException.class::isInstance)) {
            return Optional.of("its certificate is not signed by a CA of " + trusted);
        }
        return causes.stream()
                .filter(CertificateException.class::isInstance)
                .findFirst()
                .map(cause -> "its certificate is refused: " + cause.getMessage())
                .or(() -> causes.stream()
                        .flatMap(cause -> handshake(cause).stream())
                        .findFirst());
    }

    private static Optional<String> handshake(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (!(cause instanceof SSLException)) {
            return Optional.empty();
        }
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            boolean ours = OF_OUR_CERTIFICATE.contains(alert.group(1));
            return Optional.of((ours ? "it refuses our certificate, or misses one: " : "it ends the TLS handshake: ")
                    + alert.group(1).replace('_', ' '));
        }
        return Optional.of("TLS failed: " + message);
    }

    private static boolean saysExpired(Throwable cause) {
        return cause instanceof CertPathValidatorException path
                && path.getReason() == CertPathValidatorException.BasicReason.EXPIRED;
    }

    private static boolean any(List<Throwable> causes, Predicate<Throwable> kind) {
        return causes.stream().anyMatch(kind);
    }

    /** With what was suppressed: a driver that tries several addresses keeps the others there. */
    private static List<Throwable> causes(Throwable failure) {
        var causes = new ArrayList<Throwable>(List.of(failure));
        for (int index = 0; index < causes.size() && causes.size() < DEEPEST; index++) {
            Throwable cause = causes.get(index).getCause();
            if (cause != null && !causes.contains(cause)) {
                causes.add(cause);
            }
            for (Throwable suppressed : causes.get(index).getSuppressed()) {
                causes.add(suppressed);
            }
        }
        return causes;
    }
}
