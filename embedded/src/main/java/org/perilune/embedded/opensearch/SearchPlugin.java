package org.perilune.embedded.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.opensearch.common.network.NetworkService;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.BigArrays;
import org.opensearch.common.util.PageCacheRecycler;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.telemetry.tracing.Tracer;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.Netty4ModulePlugin;
import org.opensearch.transport.Transport;

/** OpenSearch's own HTTP server behind our door, and no way in for other nodes. Public as OpenSearch makes it. */
public final class SearchPlugin extends Netty4ModulePlugin {
    /** The one transport there is. */
    static final String TRANSPORT = "none";

    private final SearchUsers users;

    /** @param config the folder with the file of users */
    public SearchPlugin(Settings settings, Path config) throws IOException {
        this.users = SearchUsers.read(config);
    }

    @Override
    public Map<String, Supplier<Transport>> getTransports(
            Settings settings,
            ThreadPool threads,
            PageCacheRecycler pages,
            CircuitBreakerService breakers,
            NamedWriteableRegistry writeables,
            NetworkService network,
            Tracer tracer) {
        return Map.of(TRANSPORT, NoTransport::new);
    }

    @Override
    public Map<String, Supplier<HttpServerTransport>> getHttpTransports(
            Settings settings,
            ThreadPool threads,
            BigArrays arrays,
            PageCacheRecycler pages,
            CircuitBreakerService breakers,
            NamedXContentRegistry contents,
            NetworkService network,
            HttpServerTransport.Dispatcher dispatcher,
            ClusterSettings clusterSettings,
            Tracer tracer) {
        return super.getHttpTransports(
                settings,
                threads,
                arrays,
                pages,
                breakers,
                contents,
                network,
                new IndexAuthorizationFilter(dispatcher, users),
                clusterSettings,
                tracer);
    }
}
