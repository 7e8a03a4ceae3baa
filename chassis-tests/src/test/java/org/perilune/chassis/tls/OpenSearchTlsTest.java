package org.perilune.chassis.tls;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.opensearch.OpenSearch;
import org.perilune.chassis.opensearch.OpenSearchConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;

final class OpenSearchTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static OpenSearchConfig plain;

    @BeforeAll
    static void start() {
        backends =
                EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.OPENSEARCH), sentence -> {});
        backends.startSearch(Duration.ZERO);
        plain = OpenSearchConfig.read(Settings.of(backends.settings()).at("query"));
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "OpenSearch";
    }

    @Override
    int plainPort() {
        return plain.port();
    }

    @Override
    Client open(String host, int port, TlsConfig tls) {
        OpenSearch search = owned.add(OpenSearch.open(new OpenSearchConfig(
                true, URI.create("https://" + host + ":" + port), plain.user(), plain.password(), tls)));
        return search::problem;
    }
}
