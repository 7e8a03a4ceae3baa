package org.perilune.chassis.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/**
 * TLS of a service's HTTP: of its listener, and of what it asks others.
 *
 * @param listener its CA file says whose certificates clients may show, where they are required
 * @param clients whether they have to show one
 * @param calls to other services whose address begins with https
 */
public record HttpTls(TlsConfig listener, Clients clients, TlsConfig calls) {
    /** A plain listener; calls over https trust whom the JDK trusts. */
    public static final HttpTls OFF = new HttpTls(TlsConfig.OFF, Clients.ANYBODY, Peers.JDK_TRUST);

    private static final String PART = "http";
    private static final String CLIENTS = PART + ".tls.client-certificates";

    /** Who may connect to a listener with TLS. */
    public enum Clients {
        /** No certificate is asked for. */
        ANYBODY,
        /** Who shows a certificate that a CA of the listener's file has signed. */
        REQUIRED
    }

    /**
     * Reads {@code http.tls.*} with {@code .client-certificates} ({@code anybody} or {@code required}), and {@code
     * calls.tls.ca-file}, {@code .certificate-file}, {@code .key-file}.
     *
     * @param management whether probes have a port of their own
     */
    static HttpTls read(Settings in, boolean management) {
        TlsConfig listener = TlsConfig.read(in, PART);
        Clients clients = clients(in);
        if (listener.enabled() && (listener.certificateFile() == null || listener.keyFile() == null)) {
            in.fault(PART + ".tls.certificate-file", "is missing, or its key is; a listener with TLS needs both");
        }
        if (clients == Clients.REQUIRED) {
            if (!listener.enabled()) {
                in.fault(CLIENTS, "counts for nothing while " + PART + ".tls.enabled is not true");
            } else if (listener.caFile() == null) {
                in.fault(PART + ".tls.ca-file", "is missing: it says whose certificates clients may show");
            }
            if (!management) {
                in.fault(
                        CLIENTS,
                        "would keep out probes, which show no certificate; give them a port of their own with " + PART
                                + ".management-port, which speaks HTTP without TLS");
            }
        }
        return new HttpTls(listener, clients, TlsConfig.read(in, "calls", true));
    }

    private static Clients clients(Settings in) {
        String text = in.text(CLIENTS, name(Clients.ANYBODY));
        Optional<Clients> known = Arrays.stream(Clients.values())
                .filter(one -> name(one).equals(text))
                .findFirst();
        if (known.isEmpty()) {
            in.fault(CLIENTS, "must be anybody or required, not " + text);
        }
        return known.orElse(Clients.ANYBODY);
    }

    private static String name(Clients clients) {
        return clients.name().toLowerCase(Locale.ROOT);
    }
}
