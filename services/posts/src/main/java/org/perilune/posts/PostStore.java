package org.perilune.posts;

import io.javalin.http.GoneResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.contracts.Topology;
import org.perilune.flightlog.SqlReferences;

/** Entries in the database: each change with its line of history and its event in one transaction. Safe for threads. */
final class PostStore {
    private final Jdbi jdbi;
    private final Clock clock;

    PostStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** What a request made, or an equal one before it. */
    record Made(Post post, boolean fresh) {}

    /** Now, as it will come back from the database. */
    Instant now() {
        return SqlTimes.truncated(clock.instant());
    }

    /**
     * What was made with the key before.
     *
     * @throws ServiceException.Conflict where that was another request
     */
    Optional<Post> madeWith(String author, IdempotencyKey key) {
        return jdbi.withHandle(handle -> keyed(handle, author, key)).map(row -> {
            key.requireSame(row.requestHash());
            return row.alive();
        });
    }

    /** Of equal requests with one key, here and at other copies, one makes the entry. */
    Made create(Post post, Optional<IdempotencyKey> key, TraceContext trace) {
        String uncertain = "Look for the entry under /posts/" + post.id()
                + ", or send the request again with the same Idempotency-Key.";
        return TransactionRunner.change(jdbi, uncertain, transaction -> {
            boolean fresh = insert(transaction, post, key);
            if (!fresh) {
                IdempotencyKey taken = key.orElseThrow();
                StoredPost winner = keyed(transaction, post.author(), taken).orElseThrow();
                taken.requireSame(winner.requestHash());
                return new Made(winner.alive(), false);
            }
            tell(transaction, FlightLog.POST_CREATED, "created", post, trace);
            return new Made(post, true);
        });
    }

    /** The next revision; the same where the change changes nothing. */
    Post edit(UUID id, String by, PostChange change, TraceContext trace) {
        return TransactionRunner.change(jdbi, "Look at the entry before you try again.", transaction -> {
            Post before = locked(transaction, id).own(by).alive();
            if (before.revision() != change.revision()) {
                throw new ServiceException.Conflict("revision: the newest is " + before.revision() + ", not "
                        + change.revision() + ". Nothing was changed; look at what is new, and edit that");
            }
            Post after = change.of(before, now());
            if (after.revision() == before.revision()) {
                return before;
            }
            transaction
                    .createUpdate("""
                    update post set revision = :revision, title = :title, text = :text, at = :at, refs = :refs::jsonb,
                        edited_at = :edited where id = :id
                    """)
                    .bind("revision", after.revision())
                    .bind("title", after.title())
                    .bind("text", after.text())
                    .bind("at", SqlTimes.of(after.at()))
                    .bind("refs", SqlReferences.json(after.references()))
                    .bind("edited", SqlTimes.of(after.editedAt()))
                    .bind("id", id)
                    .execute();
            tell(transaction, FlightLog.POST_UPDATED, "edited", after, trace);
            return after;
        });
    }

    /** False where it was deleted before. */
    boolean delete(UUID id, String by, TraceContext trace) {
        return TransactionRunner.change(jdbi, "Look at the entry, or delete it again.", transaction -> {
            StoredPost row = locked(transaction, id).own(by);
            if (row.deleted()) {
                return false;
            }
            Instant now = now();
            long revision = row.post().revision() + 1;
            transaction
                    .createUpdate("update post set revision = :revision, deleted_at = :now where id = :id")
                    .bind("revision", revision)
                    .bind("now", SqlTimes.of(now))
                    .bind("id", id)
                    .execute();
            var line = new PostHistory.Line(revision, now, by, "deleted", null, null, null, List.of());
            PostHistoryTable.append(transaction, id, line);
            var deleted = new FlightLog.Deleted(id.toString(), null, revision, by, now);
            Outbox.append(transaction, event(FlightLog.POST_DELETED, id.toString(), now, deleted, trace));
            return true;
        });
    }

    /**
     * @throws ServiceException.NotFound where there never was one
     * @throws GoneResponse where it was deleted
     */
    Post find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select" + StoredPost.COLUMNS + "from post where id = :id")
                        .bind("id", id)
                        .map((rows, context) -> StoredPost.read(rows))
                        .findOne())
                .orElseThrow(() -> unknown(id))
                .alive();
    }

    /**
     * Newest first.
     *
     * @param author anybody's where null
     * @param before the last one of the page before
     */
    List<Post> page(@Nullable String author, @Nullable UUID before, int limit) {
        String sql = "select" + StoredPost.COLUMNS + "from post where deleted_at is null"
                + (author == null ? "" : " and author = :author")
                + (before == null ? "" : " and id < :before") + " order by id desc limit :limit";
        return jdbi.withHandle(handle -> {
            var query = handle.createQuery(sql).bind("limit", limit);
            if (author != null) {
                query.bind("author", author);
            }
            if (before != null) {
                query.bind("before", before);
            }
            return query.map((rows, context) -> StoredPost.read(rows).post()).list();
        });
    }

    /** Of what was deleted, too. */
    PostHistory history(UUID id) {
        List<PostHistory.Line> lines = jdbi.withHandle(handle -> PostHistoryTable.of(handle, id));
        if (lines.isEmpty()) {
            throw unknown(id);
        }
        return new PostHistory(lines);
    }

    private static boolean insert(Handle transaction, Post post, Optional<IdempotencyKey> key) {
        return transaction
                        .createUpdate("""
                        insert into post (id, revision, author, title, text, at, refs, created_at, idempotency_key,
                            request_hash)
                        values (:id, 1, :author, :title, :text, :at, :refs::jsonb, :created, :key, :hash)
                        on conflict (author, idempotency_key) where idempotency_key is not null do nothing
                        """)
                        .bind("id", UUID.fromString(post.id()))
                        .bind("author", post.author())
                        .bind("title", post.title())
                        .bind("text", post.text())
                        .bind("at", SqlTimes.of(post.at()))
                        .bind("refs", SqlReferences.json(post.references()))
                        .bind("created", SqlTimes.of(post.createdAt()))
                        .bind("key", key.map(IdempotencyKey::value).orElse(null))
                        .bind("hash", key.map(IdempotencyKey::hash).orElse(""))
                        .execute()
                == 1;
    }

    private static void tell(Handle transaction, String type, String action, Post post, TraceContext trace) {
        Instant at = post.editedAt() == null ? post.createdAt() : post.editedAt();
        var line = new PostHistory.Line(
                post.revision(), at, post.author(), action, post.title(), post.text(), post.at(), post.references());
        PostHistoryTable.append(transaction, UUID.fromString(post.id()), line);
        Outbox.append(transaction, event(type, post.id(), at, post, trace));
    }

    private static CloudEvent event(String type, String id, Instant at, Object data, TraceContext trace) {
        return CloudEvent.of(Topology.POSTS.name(), type, id, at, data, Optional.of(trace));
    }

    private static Optional<StoredPost> keyed(Handle handle, String author, IdempotencyKey key) {
        return handle.createQuery(
                        "select" + StoredPost.COLUMNS + "from post where author = :author and idempotency_key = :key")
                .bind("author", author)
                .bind("key", key.value())
                .map((rows, context) -> StoredPost.read(rows))
                .findOne();
    }

    private static StoredPost locked(Handle transaction, UUID id) {
        return transaction
                .createQuery("select" + StoredPost.COLUMNS + "from post where id = :id for update")
                .bind("id", id)
                .map((rows, context) -> StoredPost.read(rows))
                .findOne()
                .orElseThrow(() -> unknown(id));
    }

    private static ServiceException.NotFound unknown(UUID id) {
        return new ServiceException.NotFound("No entry has the id " + id);
    }
}
