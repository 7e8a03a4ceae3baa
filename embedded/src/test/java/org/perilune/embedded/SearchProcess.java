package org.perilune.embedded;

import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.perilune.embedded.host.SearchClient;

/** A run that a test kills: OpenSearch alone, with documents that it confirmed. */
public final class SearchProcess {
    public static final String READY = "ready";
    public static final int DOCUMENTS = 20;

    private SearchProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        try (var node = SearchClient.start(home)) {
            Awaitility.await()
                    .atMost(SearchClient.START)
                    .until(() -> node.server().state().up());
            for (int i = 0; i < DOCUMENTS; i++) {
                node.request("PUT", "/query-notes/_doc/" + i, "{\"text\":\"contact light %d\"}".formatted(i));
            }
            System.out.println(READY);
            Thread.currentThread().join();
        }
    }
}
