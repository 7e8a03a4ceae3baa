package org.perilune.chassis.server;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** A health check for containers, which have neither a shell nor curl: asks a service on this host. */
public final class Probe {
    private static final int TIMEOUT_MILLIS = 4_000;

    private Probe() {}

    /**
     * Ends with an exception, and so with exit status 1, where the address does not answer 200.
     *
     * @param url the one that is asked
     */
    public static void main(String... url) throws IOException {
        // The simplest client there is: it starts several times faster than java.net.http.
        var connection = (HttpURLConnection) URI.create(url[0]).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException(url[0] + " answered " + status);
        }
    }
}
