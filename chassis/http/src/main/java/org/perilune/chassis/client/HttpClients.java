package org.perilune.chassis.client;

import java.net.URI;
import java.net.http.HttpClient;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;

/** Clients of an address that may begin with https. */
public final class HttpClients {
    private HttpClients() {}

    /** @param tls counts where the address begins with https */
    public static HttpClient.Builder builder(URI address, TlsConfig tls) {
        HttpClient.Builder builder = HttpClient.newBuilder();
        return isTls(address) ? builder.sslContext(TlsContext.open(tls).context()) : builder;
    }

    public static boolean isTls(URI address) {
        return "https".equalsIgnoreCase(address.getScheme());
    }

    /** Who does not answer, and where TLS is the reason, why. */
    static String away(String name, URI address, TlsConfig tls, Throwable failure) {
        String away = name + " does not answer at " + address;
        return isTls(address) ? away + ": " + TlsFailures.reason(tls, failure) : away;
    }
}
