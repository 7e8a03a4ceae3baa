package org.perilune.chassis;

import java.time.Duration;

/**
 * One service's HTTP listener.
 *
 * @param host address to listen on; loopback unless told otherwise
 * @param port 0 picks a free one
 * @param drain how long requests under way may take when the service stops
 * @param tokens what tokens are checked by
 */
public record HttpConfig(String host, int port, Duration drain, TokenConfig tokens) {
    /** Reads {@code http.host}, {@code http.port}, {@code http.drain}, {@code tokens.*}. */
    public static HttpConfig read(Settings in, int defaultPort) {
        return new HttpConfig(
                in.text("http.host", "127.0.0.1"),
                in.port("http.port", defaultPort),
                in.duration("http.drain", Duration.ofSeconds(3)),
                TokenConfig.read(in));
    }
}
