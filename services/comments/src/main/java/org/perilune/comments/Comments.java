package org.perilune.comments;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.FlightLog.Status;

/** What people do to comments; returns after the commit. Safe for threads. */
final class Comments {
    private final Jdbi jdbi;
    private final CommentQueries queries;
    private final OutboxRelay relay;
    private final Clock clock;

    Comments(Jdbi jdbi, CommentQueries queries, OutboxRelay relay, Clock clock) {
        this.jdbi = jdbi;
        this.queries = queries;
        this.relay = relay;
        this.clock = clock;
    }

    /** What a request made, or an equal one before it. */
    record Made(Comment comment, boolean fresh) {}

    /**
     * What was made with the key before.
     *
     * @throws ServiceException.Conflict where that was another request
     */
    Optional<Comment> madeWith(String author, IdempotencyKey key) {
        return queries.keyed(author, key).map(stored -> same(stored, key));
    }

    /** Of equal requests with one key, here and at other copies, one makes the comment. */
    Made create(
            UUID post,
            String author,
            String text,
            List<Reference> references,
            Optional<IdempotencyKey> key,
            TraceContext trace) {
        var comment = new Comment(
                Ids.next(clock).toString(),
                post.toString(),
                1,
                1,
                author,
                text,
                references,
                now(),
                null,
                Status.PENDING,
                null,
                null,
                null,
                null);
        String uncertain = "Look for the comment under /comments/" + comment.id()
                + ", or send the request again with the same Idempotency-Key.";
        Made made = TransactionRunner.change(jdbi, uncertain, transaction -> {
            KnownPosts.requireNotDeleted(transaction, post);
            if (CommentTable.insert(transaction, comment, key, Optional.of(trace))) {
                return new Made(comment, true);
            }
            IdempotencyKey taken = key.orElseThrow();
            StoredComment winner =
                    CommentQueries.keyed(transaction, author, taken).orElseThrow();
            return new Made(same(winner, taken), false);
        });
        relay.wake();
        return made;
    }

    /** The next revision, pending; the same where the change changes nothing. */
    Comment edit(UUID id, String by, CommentChange change, TraceContext trace) {
        Comment edited = TransactionRunner.change(jdbi, "Look at the comment before you try again.", transaction -> {
            Comment before = CommentQueries.locked(transaction, id)
                    .orElseThrow(() -> CommentQueries.unknown(id))
                    .own(by)
                    .alive();
            KnownPosts.requireNotDeleted(transaction, UUID.fromString(before.postId()));
            if (before.revision() != change.revision()) {
                throw new ServiceException.Conflict("revision: the newest is " + before.revision() + ", not "
                        + change.revision() + ". Nothing was changed; look at what is new, and edit that");
            }
            Instant now = now();
            Comment after = change.of(before, now);
            if (after.revision() != before.revision()) {
                CommentTable.update(transaction, after, 0, "edited", by, now, Optional.of(trace));
            }
            return after;
        });
        relay.wake();
        return edited;
    }

    /** Also under an entry that was deleted: whoever wrote a text may take it back. */
    void delete(UUID id, String by, TraceContext trace) {
        TransactionRunner.change(jdbi, "Look at the comment, or delete it again.", transaction -> {
            StoredComment stored = CommentQueries.locked(transaction, id)
                    .orElseThrow(() -> CommentQueries.unknown(id))
                    .own(by);
            if (!stored.deleted()) {
                CommentTable.delete(transaction, stored.comment(), by, now(), trace);
            }
            return stored;
        });
        relay.wake();
    }

    private static Comment same(StoredComment stored, IdempotencyKey key) {
        key.requireSame(stored.requestHash());
        return stored.alive();
    }

    /** As it will come back from the database. */
    private Instant now() {
        return SqlTimes.truncated(clock.instant());
    }
}
