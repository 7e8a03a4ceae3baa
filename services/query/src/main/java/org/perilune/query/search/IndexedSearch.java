package org.perilune.query.search;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.Threads;
import org.perilune.query.model.Model;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Search in OpenSearch. What it finds counts only as far as the model, which is asked after it, still has it so: an index
 * that is behind never shows what may no longer be read. Safe for threads.
 */
public final class IndexedSearch {
    private static final Logger LOG = LoggerFactory.getLogger(IndexedSearch.class);
    private static final Executor ASKING = Executors.newThreadPerTaskExecutor(Threads.factory("query-search"));
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    /** After a failure; nobody waits for it meanwhile. */
    private static final Duration OPEN_DURATION = Duration.ofSeconds(5);

    private final Jdbi jdbi;
    private final SearchIndex index;
    private final CircuitBreaker<Object> breaker = CircuitBreaker.builder()
            .withFailureThreshold(1)
            .withDelay(OPEN_DURATION)
            .build();

    public IndexedSearch(Jdbi jdbi, SearchIndex index) {
        this.jdbi = jdbi;
        this.index = index;
    }

    /** Empty where the database's own search must do. */
    Optional<Search.Found> find(Model model, SearchQuery query) {
        if (!index.enabled()) {
            return Optional.empty();
        }
        Optional<String> name = jdbi.withHandle(handle -> IndexProgress.usable(handle, model));
        return name.flatMap(usable -> ask(usable, query)).map(found -> {
            List<SearchIndex.Found> given = found.size() > query.limit() ? found.subList(0, query.limit()) : found;
            return new Search.Found(
                    jdbi.withHandle(handle -> readable(handle, model, query.terms(), given)),
                    found.size() > query.limit());
        });
    }

    private Optional<List<SearchIndex.Found>> ask(String name, SearchQuery query) {
        if (!breaker.tryAcquirePermit()) {
            return Optional.empty();
        }
        var asking = new FutureTask<>(() -> index.find(name, query));
        ASKING.execute(asking);
        try {
            var found = Optional.of(asking.get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS));
            breaker.recordSuccess();
            return found;
        } catch (ExecutionException | TimeoutException failure) {
            asking.cancel(true);
            breaker.recordFailure();
            LOG.info(
                    "OpenSearch did not answer; the database is searched [reason: {}]",
                    String.valueOf(failure.getCause()));
            return Optional.empty();
        } catch (InterruptedException interruption) {
            breaker.recordFailure();
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static List<Search.Result> readable(
            Handle handle, Model model, SearchTerms terms, List<SearchIndex.Found> found) {
        record Row(long version, Search.Result result) {}
        Map<UUID, Row> rows = new HashMap<>();
        handle.createQuery(model.sql("""
                        select 'post' as kind, id, id as post_id, author, created_at, title, version, words
                        from model_0.posts
                        where id = any(:ids) and words is not null
                        union all
                        select 'comment', id, post_id, author, created_at, null, version, words
                        from model_0.comments
                        where id = any(:ids) and words is not null
                            and exists (select from model_0.entries where entries.id = post_id)
                        """))
                .bindArray(
                        "ids",
                        UUID.class,
                        found.stream().map(SearchIndex.Found::id).toArray())
                .map((row, context) -> rows.put(
                        row.getObject("id", UUID.class),
                        new Row(
                                row.getLong("version"),
                                new Search.Result(
                                        row.getString("kind"),
                                        row.getString("id"),
                                        row.getString("post_id"),
                                        row.getString("author"),
                                        SqlTimes.instant(row, "created_at"),
                                        row.getString("title"),
                                        row.getString("words")))))
                .list();
        var results = new ArrayList<Search.Result>();
        for (SearchIndex.Found one : found) {
            Row row = rows.get(one.id());
            if (row != null && row.version() <= one.version()) {
                results.add(row.result());
            }
        }
        Snippets snippets = Snippets.of(
                handle, terms, results.stream().map(Search.Result::snippet).toList());
        return results.stream().map(result -> result.shortened(snippets)).toList();
    }
}
