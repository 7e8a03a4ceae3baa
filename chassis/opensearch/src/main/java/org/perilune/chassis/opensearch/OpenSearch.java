package org.perilune.chassis.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.json.jackson.JacksonJsonpMapper;
import org.opensearch.client.opensearch.OpenSearchClient;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5Options;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;

/**
 * A client of OpenSearch. The server may be away at start and later, or left out altogether: nothing but search may
 * need it, and readiness must not. Calls fail with an {@link IOException} within seconds, also where the log-in is
 * refused or the index is another's; whatever else the server refuses is an {@link OpenSearchException}.
 *
 * <p>A service's indexes are those whose names begin with the service's and '-'; the embedded server lets it use no
 * others. It goes by the path, so that bulk requests name the index once for all, not with each operation, and an alias
 * is made with its index. Safe for threads.
 */
public final class OpenSearch implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
    /** Making an index, or writing a batch, takes a while on a busy machine; nobody waits before a screen. */
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    private final TlsConfig tls;
    private final @Nullable OpenSearchTransport transport;
    private final @Nullable OpenSearchClient client;

    private OpenSearch(TlsConfig tls, @Nullable OpenSearchTransport transport) {
        this.tls = tls;
        this.transport = transport;
        this.client = transport == null ? null : new OpenSearchClient(transport);
    }

    /** Opens no connection yet: the server may be away. */
    public static OpenSearch open(OpenSearchConfig config) {
        return new OpenSearch(config.tls(), config.enabled() ? transport(config) : null);
    }

    private static OpenSearchTransport transport(OpenSearchConfig config) {
        var url = config.url();
        var host = new HttpHost(url.getScheme(), url.getHost(), url.getPort());
        var builder = ApacheHttpClient5TransportBuilder.builder(host)
                .setMapper(new JacksonJsonpMapper(documents()))
                .setDefaultHeaders(new Header[] {new BasicHeader(HttpHeaders.AUTHORIZATION, credentials(config))})
                .setRequestConfigCallback(request -> request.setConnectionRequestTimeout(timeout(CONNECT_TIMEOUT))
                        .setResponseTimeout(timeout(ANSWER_TIMEOUT)))
                .setConnectionConfigCallback(OpenSearch::timeouts)
                .setHttpClientConfigCallback(http -> encrypted(http, config.tls())
                        .setIOReactorConfig(
                                IOReactorConfig.custom().setIoThreadCount(1).build())
                        .disableAutomaticRetries()
                        .disableCookieManagement());
        if (!url.getPath().isEmpty() && !url.getPath().equals("/")) {
            builder.setPathPrefix(url.getPath());
        }
        return builder.build();
    }

    private static ConnectionConfig.Builder timeouts(ConnectionConfig.Builder connection) {
        return connection.setConnectTimeout(timeout(CONNECT_TIMEOUT)).setSocketTimeout(timeout(ANSWER_TIMEOUT));
    }

    /** The builder of the transport takes certificates only with connections of one's own. */
    private static HttpAsyncClientBuilder encrypted(HttpAsyncClientBuilder http, TlsConfig tls) {
        if (!tls.enabled()) {
            return http;
        }
        var strategy = new NamedHostsStrategy(TlsContext.open(tls).context());
        return http.setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                .setTlsStrategy(strategy)
                .setDefaultConnectionConfig(timeouts(ConnectionConfig.custom()).build())
                .setMaxConnPerRoute(ApacheHttpClient5TransportBuilder.DEFAULT_MAX_CONN_PER_ROUTE)
                .setMaxConnTotal(ApacheHttpClient5TransportBuilder.DEFAULT_MAX_CONN_TOTAL)
                .build());
    }

    /** Documents are read out of the middle of an answer: more follows. */
    private static ObjectMapper documents() {
        return Json.mapper().copy().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    private static String credentials(OpenSearchConfig config) {
        String pair = config.user() + ":" + config.password().reveal();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.of(duration);
    }

    /** False where the settings leave it out. */
    public boolean enabled() {
        return client != null;
    }

    /**
     * For what people wait for: answers within two seconds or not at all.
     *
     * @throws IllegalStateException if it is not enabled
     */
    public OpenSearchClient client() {
        if (client == null) {
            throw new IllegalStateException("OpenSearch is left out");
        }
        return client;
    }

    /**
     * For writing in the background: ten seconds. What fails with an {@link IOException} may have been written.
     *
     * @throws IllegalStateException if it is not enabled
     */
    public OpenSearchClient writer() {
        var request = RequestConfig.custom()
                .setConnectionRequestTimeout(timeout(CONNECT_TIMEOUT))
                .setResponseTimeout(timeout(WRITE_TIMEOUT))
                .build();
        return client().withTransportOptions(ApacheHttpClient5Options.DEFAULT.toBuilder()
                .setRequestConfig(request)
                .build());
    }

    /** Empty when the server answers and knows us; asks it, within two seconds. Not for readiness. */
    public Optional<String> problem() {
        if (client == null) {
            return Optional.of("OpenSearch is left out by opensearch.enabled");
        }
        try {
            client.info();
            return Optional.empty();
        } catch (IOException | OpenSearchException failure) {
            return Optional.of("OpenSearch is away: " + TlsFailures.reason(tls, failure));
        }
    }

    @Override
    public void close() {
        if (transport == null) {
            return;
        }
        try {
            transport.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("The connections to OpenSearch could not be closed", failure);
        }
    }
}
