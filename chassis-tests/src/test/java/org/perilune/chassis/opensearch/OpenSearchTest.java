package org.perilune.chassis.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opensearch.client.opensearch._types.Refresh;
import org.opensearch.client.opensearch.core.BulkResponse;
import org.opensearch.client.opensearch.core.SearchResponse;
import org.perilune.chassis.settings.InvalidSettings;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;

/** Against a real node. */
final class OpenSearchTest {
    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static OpenSearch search;

    record Note(String text, int number) {}

    @BeforeAll
    static void start() {
        backends =
                EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.OPENSEARCH), sentence -> {});
        search = OpenSearch.open(config("query"));
        // Away until it is started: that is told, and nothing more happens.
        assertThat(search.problem()).get().asString().startsWith("OpenSearch is away");
        assertThatThrownBy(() -> search.client().info()).isInstanceOf(IOException.class);
        backends.startSearch(Duration.ZERO);
        await().atMost(START).until(() -> search.problem().isEmpty());
    }

    @AfterAll
    static void stop() {
        search.close();
        backends.close();
    }

    private static OpenSearchConfig config(String service) {
        return OpenSearchConfig.read(Settings.of(backends.settings()).at(service));
    }

    @Test
    void indexesAndSearches() throws IOException {
        BulkResponse bulk = search.writer()
                .bulk(request -> request.index("query-notes")
                        .refresh(Refresh.True)
                        .operations(operation -> operation.index(
                                index -> index.id("1").document(new Note("Contact light, engine stop", 1))))
                        .operations(operation ->
                                operation.index(index -> index.id("2").document(new Note("We copy you down", 2)))));
        assertThat(bulk.errors()).isFalse();

        SearchResponse<Note> found = search.client()
                .search(
                        request -> request.index("query-notes")
                                .query(query -> query.match(
                                        match -> match.field("text").query(value -> value.stringValue("engine")))),
                        Note.class);

        assertThat(found.hits().hits()).hasSize(1);
        assertThat(found.hits().hits().getFirst().source()).isEqualTo(new Note("Contact light, engine stop", 1));
    }

    @Test
    void tellsWhatTheServerRefuses() {
        assertThatThrownBy(() -> search.client()
                        .get(request -> request.index("crew-people").id("1"), Note.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Forbidden");
    }

    @Test
    void tellsThatItsPasswordIsWrongWithoutTellingThePassword() {
        OpenSearchConfig right = config("query");
        try (var stranger =
                OpenSearch.open(new OpenSearchConfig(true, right.url(), "query", new Secret("canary-password")))) {
            assertThat(stranger.problem())
                    .get()
                    .asString()
                    .contains("Unauthorized")
                    .doesNotContain("canary");
        }
    }

    @Test
    void canBeLeftOut() {
        OpenSearchConfig config = OpenSearchConfig.read(Settings.of(Map.of("opensearch.enabled", "false")));
        try (var without = OpenSearch.open(config)) {
            assertThat(without.enabled()).isFalse();
            assertThat(without.problem()).contains("OpenSearch is left out by opensearch.enabled");
        }
    }

    @Test
    void reportsEachFaultOfItsSettings() {
        Settings settings = Settings.of(Map.of(
                "opensearch.enabled", "perhaps", "opensearch.url", "ftp://somebody:canary@search.example/index"));
        OpenSearchConfig config = OpenSearchConfig.read(settings);
        assertThat(config.url()).isEqualTo(URI.create("ftp://somebody:canary@search.example/index"));
        assertThatThrownBy(settings::check)
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("opensearch.enabled")
                .hasMessageContaining("must not have credentials")
                .hasMessageContaining("must be an address")
                .hasMessageContaining("opensearch.user")
                .hasMessageContaining("opensearch.password");
    }

    @Test
    void takesTheAddressOfTheServiceBehindAProxy() {
        var config = new OpenSearchConfig(true, URI.create("https://proxy.example/search"), "query", new Secret("x"));
        assertThat(config.host()).isEqualTo("proxy.example");
        assertThat(config.port()).isEqualTo(443);
    }
}
