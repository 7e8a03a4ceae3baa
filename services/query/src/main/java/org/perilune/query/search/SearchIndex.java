package org.perilune.query.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.opensearch.client.opensearch._types.ErrorCause;
import org.opensearch.client.opensearch._types.OpenSearchException;
import org.opensearch.client.opensearch._types.SortOrder;
import org.opensearch.client.opensearch._types.VersionType;
import org.opensearch.client.opensearch._types.mapping.DynamicMapping;
import org.opensearch.client.opensearch._types.query_dsl.Query;
import org.opensearch.client.opensearch.core.SearchResponse;
import org.opensearch.client.opensearch.core.bulk.BulkOperation;
import org.opensearch.client.opensearch.core.bulk.BulkResponseItem;
import org.opensearch.client.opensearch.core.search.Hit;
import org.perilune.chassis.opensearch.OpenSearch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Indexes in OpenSearch. Each is used through an alias alone, which comes and goes with it: writing to one that was lost
 * then fails, where it would otherwise be made anew by itself, empty and without its mapping. Safe for threads.
 */
public final class SearchIndex {
    private static final Logger LOG = LoggerFactory.getLogger(SearchIndex.class);
    private static final String WORDS = "words";
    /** No stop words, and the stemmer that PostgreSQL uses, too: see V2__search.sql. */
    private static final String ANALYZER = "log";

    /** Whoever was held up with an old state for so long has ended. */
    private static final String DELETES_KEPT = "1h";

    private static final int TOO_MANY = 429;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    private final OpenSearch opensearch;

    public SearchIndex(OpenSearch opensearch) {
        this.opensearch = opensearch;
    }

    /**
     * Something of the model.
     *
     * @param words null where it is not to be found
     * @param version of the model that it was read in: of two, the newer one counts
     */
    record Item(String kind, UUID id, @Nullable String words, long version) {}

    /** @param version as of {@link Item} */
    record Found(UUID id, long version) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Document(
            @Nullable String kind,
            @Nullable String id,
            @Nullable String words) {}

    boolean enabled() {
        return opensearch.enabled();
    }

    private static String index(String name) {
        return name + "-index";
    }

    void create(String name) throws IOException {
        opensearch
                .writer()
                .indices()
                .create(request -> request.index(index(name))
                        .aliases(name, alias -> alias)
                        .settings(settings -> settings.numberOfShards(1)
                                .numberOfReplicas(0)
                                .gcDeletes(time -> time.time(DELETES_KEPT))
                                .analysis(analysis -> analysis.analyzer(
                                        ANALYZER,
                                        analyzer -> analyzer.custom(custom ->
                                                custom.tokenizer("standard").filter("lowercase", "porter_stem")))))
                        .mappings(mapping -> mapping.dynamic(DynamicMapping.Strict)
                                .properties("kind", property -> property.keyword(keyword -> keyword))
                                .properties("id", property -> property.keyword(keyword -> keyword))
                                .properties(WORDS, property -> property.text(text -> text.analyzer(ANALYZER)))));
    }

    boolean exists(String name) throws IOException {
        return opensearch
                .client()
                .indices()
                .exists(request -> request.index(name))
                .value();
    }

    /** Does nothing where there is none. */
    void delete(String name) throws IOException {
        opensearch
                .writer()
                .indices()
                .delete(request -> request.index(index(name)).ignoreUnavailable(true));
    }

    /** What was put is found from then on. */
    void refresh(String name) throws IOException {
        opensearch.writer().indices().refresh(request -> request.index(name));
    }

    /**
     * In whatever order, by however many, and however often.
     *
     * @throws IOException if not all of them are in the index
     */
    void put(String name, List<Item> items) throws IOException {
        var operations = items.stream().map(SearchIndex::operation).toList();
        var response = opensearch
                .writer()
                .bulk(request -> request.index(name).requireAlias(true).operations(operations));
        for (BulkResponseItem item : response.items()) {
            ErrorCause error = item.error();
            if (error == null || item.status() == CONFLICT) {
                continue; // a newer one is there
            }
            if (item.status() == TOO_MANY || item.status() == NOT_FOUND || item.status() >= SERVER_ERROR) {
                throw new IOException("OpenSearch did not take all: " + error.reason());
            }
            LOG.warn(
                    "OpenSearch refuses this, which search will not find [id: {}, reason: {}]",
                    item.id(),
                    error.reason());
        }
    }

    private static BulkOperation operation(Item item) {
        String id = item.id().toString();
        String words = item.words();
        if (words == null) {
            return BulkOperation.of(operation -> operation.delete(
                    delete -> delete.id(id).version(item.version()).versionType(VersionType.ExternalGte)));
        }
        var document = new Document(item.kind(), id, FoldedText.of(words));
        return BulkOperation.of(operation -> operation.index(
                index -> index.id(id).document(document).version(item.version()).versionType(VersionType.ExternalGte)));
    }

    /**
     * Best first; one more than asked for, where there are more.
     *
     * @throws OpenSearchException if there is no such index
     */
    List<Found> find(String name, SearchQuery query) throws IOException {
        SearchResponse<Document> response = opensearch
                .client()
                .search(
                        request -> request.index(name)
                                .query(asked(query))
                                .from(query.skip())
                                .size(query.limit() + 1)
                                .source(source -> source.fetch(false))
                                .version(true)
                                .timeout("800ms")
                                .allowPartialSearchResults(false)
                                .trackTotalHits(track -> track.enabled(false))
                                .sort(by -> by.score(score -> score.order(SortOrder.Desc)))
                                .sort(by -> by.field(field -> field.field("id").order(SortOrder.Desc))),
                        Document.class);
        if (response.timedOut()) {
            throw new IOException("OpenSearch did not find everything in time");
        }
        var found = new ArrayList<Found>();
        for (Hit<Document> hit : response.hits().hits()) {
            Long version = hit.version();
            if (hit.id() != null && version != null) {
                found.add(new Found(UUID.fromString(hit.id()), version));
            }
        }
        return found;
    }

    private static Query asked(SearchQuery query) {
        SearchTerms terms = query.terms();
        if (terms.wanted().isEmpty()) {
            return Query.of(one -> one.matchNone(none -> none));
        }
        return Query.of(one -> one.bool(bool -> {
            terms.wanted().forEach(term -> bool.must(phrase(term)));
            terms.unwanted().forEach(term -> bool.mustNot(phrase(term)));
            query.kind()
                    .ifPresent(kind -> bool.filter(
                            filter -> filter.term(term -> term.field("kind").value(value -> value.stringValue(kind)))));
            return bool;
        }));
    }

    private static Query phrase(String term) {
        return Query.of(one -> one.matchPhrase(phrase -> phrase.field(WORDS).query(term)));
    }
}
