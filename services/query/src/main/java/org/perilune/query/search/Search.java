package org.perilune.query.search;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.query.model.StaleSchemaRetry;
import org.perilune.query.model.VersionBarrier;

/** {@code GET /search}: in OpenSearch, or in the database while that is away or behind. */
public final class Search {
    private final IndexedSearch indexed;
    private final TextSearch text;
    private final VersionBarrier barrier;

    public Search(IndexedSearch indexed, TextSearch text, VersionBarrier barrier) {
        this.indexed = indexed;
        this.text = text;
        this.barrier = barrier;
    }

    /** @param snippet has what was found between ‹ and › */
    record Result(
            String kind,
            String id,
            @JsonProperty("post_id") String postId,
            String author,
            Instant at,
            @Nullable String title,
            String snippet) {
        Result withSnippet(String other) {
            return new Result(kind, id, postId, author, at, title, other);
        }

        /** In place of the whole text. */
        Result shortened(Snippets snippets) {
            return withSnippet(snippets.of(snippet));
        }
    }

    record Results(List<Result> results, @Nullable String next, String engine) {}

    /** @param more whether there are more after these */
    record Found(List<Result> results, boolean more) {}

    public void handle(Context context) {
        SearchQuery query = SearchQuery.read(context);
        context.json(StaleSchemaRetry.retry(
                barrier.look(),
                barrier,
                model -> indexed.find(model, query)
                        .map(found -> results(query, found, "opensearch"))
                        .orElseGet(() -> results(query, text.find(model, query), "postgresql"))));
    }

    private static Results results(SearchQuery query, Found found, String engine) {
        return new Results(found.results(), found.more() ? query.next().orElse(null) : null, engine);
    }
}
