package org.perilune.query.search;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Loop;
import org.perilune.query.model.Model;
import org.perilune.query.model.SchemaGenerations;
import org.perilune.query.model.StaleSchemaRetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the model holds into OpenSearch, one copy at a time: the index of the generation that serves follows its
 * versions, and what a new or lost one lacks is all that came after version -1. Two at once would do no harm. Safe for
 * threads.
 */
public final class Indexer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Indexer.class);
    /** Of PostgreSQL's advisory locks. */
    private static final long LOCK = 50041;

    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration STOP = Duration.ofSeconds(1);
    /** Posts are up to 20,000 characters long: so many make up a few MB at worst. */
    private static final int POSTS_AT_ONCE = 100;

    private static final int COMMENTS_AT_ONCE = 500;
    private static final int TELL_EVERY = 50_000;

    private final Postgres postgres;
    private final SearchIndex index;
    private final Loop loop;
    private volatile boolean closing;
    private boolean unrefreshed;
    private long filled;

    private Indexer(Postgres postgres, SearchIndex index) {
        this.postgres = postgres;
        this.index = index;
        this.loop = Loop.start("query-indexer", postgres::awaitMigrated, this::turn);
    }

    /** Does nothing where OpenSearch is left out. */
    public static AutoCloseable open(Postgres postgres, SearchIndex index) {
        return index.enabled() ? new Indexer(postgres, index) : () -> {};
    }

    private Duration turn() throws IOException {
        try (Handle handle = postgres.jdbi().open()) {
            if (locks(handle, "pg_try_advisory_lock")) {
                try {
                    follow(handle);
                } finally {
                    locks(handle, "pg_advisory_unlock");
                }
            }
        } catch (RuntimeException failure) {
            if (!StaleSchemaRetry.isGone(failure)) {
                throw failure;
            }
            LOG.debug("A rebuild put another generation in the place of the one that was followed", failure);
        }
        return IDLE;
    }

    private static boolean locks(Handle handle, String function) {
        return handle.createQuery("select " + function + "(:lock)")
                .bind("lock", LOCK)
                .mapTo(boolean.class)
                .one();
    }

    private void follow(Handle handle) throws IOException {
        Optional<SchemaGenerations.State> state = SchemaGenerations.look(handle);
        if (state.isEmpty()) {
            return;
        }
        Model serving = state.get().serving();
        IndexProgress.Index current = current(handle, serving);
        follow(handle, current, "posts", current.posts());
        follow(handle, current, "comments", current.comments());
        if (closing) {
            return;
        }
        if (unrefreshed || !current.complete()) {
            index.refresh(current.name());
            unrefreshed = false;
        }
        if (!current.complete()) {
            IndexProgress.complete(handle, current);
            LOG.info("The search index is complete [generation: {}, documents: {}]", serving.generation(), filled);
        }
        for (IndexProgress.Index other : IndexProgress.all(handle)) {
            if (!other.model().equals(serving)) {
                index.delete(other.name());
                IndexProgress.forget(handle, other.model());
            }
        }
    }

    private IndexProgress.Index current(Handle handle, Model serving) throws IOException {
        for (IndexProgress.Index known : IndexProgress.all(handle)) {
            if (known.model().equals(serving)) {
                if (index.exists(known.name())) {
                    return known;
                }
                if (known.isEmpty()) {
                    index.create(known.name()); // an earlier try failed, or takes its time
                    return known;
                }
                LOG.info("The search index is gone");
            }
        }
        // A name that never was: nothing of another database, or of an earlier try, is in it.
        String name = "query-log-" + serving.generation() + "-"
                + UUID.randomUUID().toString().substring(0, 8);
        LOG.info("The search index is filled [generation: {}, name: {}]", serving.generation(), name);
        filled = 0;
        IndexProgress.Index begun = IndexProgress.begin(handle, serving, name);
        index.create(name);
        return begun;
    }

    private void follow(Handle handle, IndexProgress.Index current, String table, IndexProgress.Position from)
            throws IOException {
        boolean posts = table.equals("posts");
        IndexProgress.Position position = from;
        boolean more = true;
        while (more && !closing) {
            IndexProgress.Step step = posts
                    ? IndexProgress.posts(handle, current.model(), position, POSTS_AT_ONCE)
                    : IndexProgress.comments(handle, current.model(), position, COMMENTS_AT_ONCE);
            if (!step.items().isEmpty()) {
                index.put(current.name(), step.items());
                unrefreshed = true;
                position = step.after();
                IndexProgress.followed(handle, current, table, position);
                told(current, step.items().size());
            }
            more = step.more();
        }
    }

    private void told(IndexProgress.Index current, int documents) {
        long before = filled;
        filled += documents;
        if (!current.complete() && filled / TELL_EVERY > before / TELL_EVERY) {
            LOG.info("The search index is filled [documents: {}]", filled);
        }
    }

    /** What is being put may be put again. */
    @Override
    public void close() {
        closing = true;
        loop.stop(STOP);
    }
}
