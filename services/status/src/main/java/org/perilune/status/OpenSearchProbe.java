package org.perilune.status;

import java.io.IOException;
import java.time.Duration;
import org.perilune.chassis.opensearch.OpenSearch;
import org.perilune.chassis.opensearch.OpenSearchConfig;

/** Asks OpenSearch for its version. The embedded one starts long after everything else, which is nothing to worry about. */
final class OpenSearchProbe implements Probe {
    private static final Duration LONGEST_START = Duration.ofMinutes(3);

    private final OpenSearch search;
    private final long began = System.nanoTime();
    private boolean answered;

    OpenSearchProbe(OpenSearchConfig config) {
        this.search = OpenSearch.open(config);
    }

    @Override
    public Finding look() throws IOException {
        try {
            String version = search.client().info().version().number();
            answered = true;
            return Finding.works("OpenSearch " + version + " works", null, null);
        } catch (IOException failure) {
            if (answered || System.nanoTime() - began > LONGEST_START.toNanos()) {
                throw failure;
            }
            return Finding.starting("opensearch is starting. Search uses the database's own text search meanwhile.");
        }
    }

    @Override
    public void close() {
        search.close();
    }
}
