package org.perilune.query.search;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.chassis.runtime.Threads;
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
    private static final Duration AWAY = Duration.ofSeconds(2);
    private static final Duration STOP = Duration.ofSeconds(1);
    /** Posts are up to 20,000 characters long: so many make up a few MB at worst. */
    private static final int POSTS_AT_ONCE = 100;

    private static final int COMMENTS_AT_ONCE = 500;
    private static final int TELL_EVERY = 50_000;

    private final Postgres postgres;
    private final SearchIndex index;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    private boolean away;
    private boolean unrefreshed;
    private long filled;

    private Indexer(Postgres postgres, SearchIndex index) {
        this.postgres = postgres;
        this.index = index;
        this.worker = Threads.start("query-indexer", this::run);
    }

    /** Does nothing where OpenSearch is left out. */
    public static Indexer open(Postgres postgres, SearchIndex index) {
        return new Indexer(postgres, index);
    }

    private void run() {
        if (!index.enabled()) {
            return;
        }
        try {
            postgres.awaitMigrated();
            Duration pause = Duration.ZERO;
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = turn();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration turn() {
        try (Handle handle = postgres.jdbi().open()) {
            if (!locks(handle, "pg_try_advisory_lock")) {
                return IDLE;
            }
            try {
                follow(handle);
            } finally {
                locks(handle, "pg_advisory_unlock");
            }
            if (away) {
                LOG.info("OpenSearch takes what is to be found again");
                away = false;
            }
            return IDLE;
        } catch (RuntimeException | IOException | Error failure) {
            if (failure instanceof RuntimeException known
                    && (SqlFailures.isAway(known) || StaleSchemaRetry.isGone(known))) {
                LOG.debug("The search index waits for the database", failure);
            } else if (!away && closing.getCount() > 0) {
                LOG.warn("Nothing can be put into OpenSearch; it follows later", failure);
                away = true;
            }
            return AWAY;
        }
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
        if (closing.getCount() == 0) {
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
        while (more && closing.getCount() > 0) {
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

    @Override
    public void close() {
        closing.countDown();
        // What is being put may be put again.
        Threads.stop(worker, STOP);
    }
}
