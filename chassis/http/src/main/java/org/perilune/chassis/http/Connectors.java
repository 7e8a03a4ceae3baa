package org.perilune.chassis.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.perilune.chassis.tls.TlsContext;

/** Where a listener accepts connections: with TLS or without, and how many. */
final class Connectors {
    /** Connections that wait to be accepted: a burst beyond Java's own 50 would be reset on a busy machine. */
    private static final int ACCEPT_QUEUE = 1_024;

    /** Longer than streams of events are silent. */
    private static final long FULL_IDLE_MILLIS =
            ServerSentEvents.HEARTBEAT.plusSeconds(5).toMillis();

    private Connectors() {}

    static ServerConnector of(Server server, HttpConfiguration http, HttpConfig config) {
        if (!config.tls().listener().enabled()) {
            return of(server, config.host(), config.port(), new HttpConnectionFactory(http));
        }
        var certificates = new SslContextFactory.Server();
        certificates.setSslContext(TlsContext.open(config.tls().listener()).context());
        certificates.setNeedClientAuth(config.tls().clients() == HttpTls.Clients.REQUIRED);
        // Says https to handlers. Which host a client means is no matter of ours: there is one certificate.
        http.addCustomizer(new SecureRequestCustomizer(false));
        var inner = new HttpConnectionFactory(http);
        return of(
                server,
                config.host(),
                config.port(),
                new SslConnectionFactory(certificates, inner.getProtocol()),
                inner);
    }

    static ServerConnector of(Server server, String host, int port, ConnectionFactory... protocols) {
        var connector = new ServerConnector(server, protocols);
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        return connector;
    }

    /** While there are as many as may be, no more are accepted, and those without a request are closed sooner. */
    static void limit(ServerConnector connector, int most, MeterRegistry meters) {
        var bound = new NetworkConnectionLimit(most, connector);
        bound.setEndPointIdleTimeout(FULL_IDLE_MILLIS);
        connector.addBean(bound);
        Gauge.builder("http.connections", bound, NetworkConnectionLimit::getNetworkConnectionCount)
                .register(meters);
        Gauge.builder("http.connections.most", () -> most).register(meters);
    }
}
