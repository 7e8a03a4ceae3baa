package org.perilune.chassis.http;

import java.time.Duration;
import java.util.OptionalInt;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tracing.TracingConfig;

/**
 * One service's HTTP listener.
 *
 * @param host address to listen on; loopback unless told otherwise
 * @param port 0 picks a free one
 * @param drain how long requests under way may take when the service stops
 * @param tokens what tokens are checked by
 * @param managementPort of probes and metrics, which {@code port} does not have then; 0 picks a free one, and empty
 *     leaves them where everything else is
 * @param proxies whose word is taken for where a request came from
 * @param limits what it takes before it turns requests away
 * @param tracing what of the service's traces is recorded
 * @param tls of the listener, but not of a management port of its own, and of calls to other services
 */
public record HttpConfig(
        String host,
        int port,
        Duration drain,
        TokenConfig tokens,
        OptionalInt managementPort,
        TrustedProxies proxies,
        HttpLimits limits,
        TracingConfig tracing,
        HttpTls tls) {
    /** With the defaults of everything else. */
    public HttpConfig(String host, int port, Duration drain, TokenConfig tokens) {
        this(
                host,
                port,
                drain,
                tokens,
                OptionalInt.empty(),
                TrustedProxies.NONE,
                HttpLimits.DEFAULTS,
                TracingConfig.DEFAULTS);
    }

    /** Without TLS. */
    public HttpConfig(
            String host,
            int port,
            Duration drain,
            TokenConfig tokens,
            OptionalInt managementPort,
            TrustedProxies proxies,
            HttpLimits limits,
            TracingConfig tracing) {
        this(host, port, drain, tokens, managementPort, proxies, limits, tracing, HttpTls.OFF);
    }

    /** Reads {@code http.*}, {@code tokens.*}, {@code calls.*}, {@code tls.*} and {@code tracing.*}. */
    public static HttpConfig read(Settings in, int defaultPort) {
        return read(in, defaultPort, "");
    }

    /** @param proxies the addresses trusted unless {@code http.trusted-proxies} says otherwise */
    public static HttpConfig read(Settings in, int defaultPort, String proxies) {
        OptionalInt managementPort = in.optionalText("http.management-port").isPresent()
                ? OptionalInt.of(in.port("http.management-port", 0))
                : OptionalInt.empty();
        HttpTls tls = HttpTls.read(in, managementPort.isPresent());
        return new HttpConfig(
                in.text("http.host", "127.0.0.1"),
                in.port("http.port", defaultPort),
                in.duration("http.drain", Duration.ofSeconds(3)),
                TokenConfig.read(in, tls.calls()),
                managementPort,
                TrustedProxies.read(in, "http.trusted-proxies", proxies),
                HttpLimits.read(in.at("http")),
                TracingConfig.read(in),
                tls);
    }
}
