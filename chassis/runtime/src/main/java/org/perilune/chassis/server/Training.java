package org.perilune.chassis.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.runtime.Service;

/**
 * Starts a service without its backing stores, asks it a little and ends, so that the JVM can write down the classes that
 * a start needs ({@code -XX:AOTCacheOutput}): with them a start takes half the time.
 */
final class Training {
    private static final int ROUNDS = 20;
    private static final List<String> PATHS = List.of("/health", "/started", "/ready", "/metrics", "/");

    private Training() {}

    static void run(ServiceDefinition<?> definition, Map<String, String> settings) throws Exception {
        var loopback = new HashMap<>(settings);
        loopback.put(definition.name() + ".http.host", "127.0.0.1");
        loopback.put(definition.name() + ".http.port", "0");
        loopback.remove(definition.name() + ".http.management-port");
        Service service = ServiceProcess.start(definition, loopback, Clock.systemUTC());
        try {
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : PATHS) {
                    ask(URI.create("http://127.0.0.1:" + service.port() + path));
                }
            }
        } finally {
            service.close();
        }
    }

    private static void ask(URI uri) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        try (InputStream body =
                connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (body != null) {
                body.transferTo(OutputStream.nullOutputStream());
            }
        }
    }
}
