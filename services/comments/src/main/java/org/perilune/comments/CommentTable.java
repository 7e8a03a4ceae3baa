package org.perilune.comments;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.Topology;
import org.perilune.flightlog.SqlReferences;

/** Writes comments in somebody's transaction, each change with its line of history and its event. */
final class CommentTable {
    private CommentTable() {}

    /** False where the author's key made a comment before. */
    static boolean insert(
            Handle transaction, Comment comment, Optional<IdempotencyKey> key, Optional<TraceContext> trace) {
        int inserted = transaction
                .createUpdate("""
                insert into comment (id, post_id, revision, text_revision, author, text, refs, created_at, status,
                    idempotency_key, request_hash)
                values (:id, :post, 1, 1, :author, :text, :refs::jsonb, :created, :status, :key, :hash)
                on conflict (author, idempotency_key) where idempotency_key is not null do nothing
                """)
                .bind("id", UUID.fromString(comment.id()))
                .bind("post", UUID.fromString(comment.postId()))
                .bind("author", comment.author())
                .bind("text", comment.text())
                .bind("refs", SqlReferences.json(comment.references()))
                .bind("created", SqlTimes.of(comment.createdAt()))
                .bind("status", Statuses.name(comment.status()))
                .bind("key", key.map(IdempotencyKey::value).orElse(null))
                .bind("hash", key.map(IdempotencyKey::hash).orElse(""))
                .execute();
        if (inserted == 1) {
            tell(transaction, "created", comment.author(), comment.createdAt(), comment, trace);
        }
        return inserted == 1;
    }

    /**
     * @param decisionNumber of the last decision on this text; 0 for a new text
     * @param action {@code edited} or {@code moderated}
     */
    static void update(
            Handle transaction,
            Comment comment,
            long decisionNumber,
            String action,
            String by,
            Instant at,
            Optional<TraceContext> trace) {
        transaction
                .createUpdate("""
                update comment set revision = :revision, text_revision = :text_revision, text = :text,
                    refs = :refs::jsonb, edited_at = :edited, status = :status, rule = :rule, reason = :reason,
                    moderated_by = :moderator, moderated_at = :moderated, decision_number = :decision
                where id = :id
                """)
                .bind("revision", comment.revision())
                .bind("text_revision", comment.textRevision())
                .bind("text", comment.text())
                .bind("refs", SqlReferences.json(comment.references()))
                .bind("edited", SqlTimes.of(comment.editedAt()))
                .bind("status", Statuses.name(comment.status()))
                .bind("rule", comment.rule())
                .bind("reason", comment.reason())
                .bind("moderator", comment.moderatedBy())
                .bind("moderated", SqlTimes.of(comment.moderatedAt()))
                .bind("decision", decisionNumber)
                .bind("id", UUID.fromString(comment.id()))
                .execute();
        tell(transaction, action, by, at, comment, trace);
    }

    static void delete(Handle transaction, Comment comment, String by, Instant at, TraceContext trace) {
        UUID id = UUID.fromString(comment.id());
        long revision = comment.revision() + 1;
        transaction
                .createUpdate("update comment set revision = :revision, deleted_at = :at where id = :id")
                .bind("revision", revision)
                .bind("at", SqlTimes.of(at))
                .bind("id", id)
                .execute();
        append(
                transaction,
                id,
                new CommentHistory.Line(
                        revision,
                        comment.textRevision(),
                        at,
                        by,
                        CommentHistory.DELETED,
                        comment.status(),
                        null,
                        null,
                        null,
                        List.of()));
        var deleted = new FlightLog.Deleted(comment.id(), comment.postId(), revision, by, at);
        Outbox.append(
                transaction,
                CloudEvent.of(
                        Topology.COMMENTS.name(),
                        FlightLog.COMMENT_DELETED,
                        comment.id(),
                        at,
                        deleted,
                        Optional.of(trace)));
    }

    private static void tell(
            Handle transaction, String action, String by, Instant at, Comment comment, Optional<TraceContext> trace) {
        append(
                transaction,
                UUID.fromString(comment.id()),
                new CommentHistory.Line(
                        comment.revision(),
                        comment.textRevision(),
                        at,
                        by,
                        action,
                        comment.status(),
                        comment.rule(),
                        comment.reason(),
                        comment.text(),
                        comment.references()));
        String type = comment.revision() == 1 ? FlightLog.COMMENT_CREATED : FlightLog.COMMENT_UPDATED;
        Outbox.append(transaction, CloudEvent.of(Topology.COMMENTS.name(), type, comment.id(), at, comment, trace));
    }

    private static void append(Handle transaction, UUID comment, CommentHistory.Line line) {
        transaction
                .createUpdate("""
                insert into comment_history (comment_id, revision, text_revision, at, by, action, status, rule, reason,
                    text, refs)
                values (:comment, :revision, :text_revision, :at, :by, :action, :status, :rule, :reason, :text,
                    :refs::jsonb)
                """)
                .bind("comment", comment)
                .bind("revision", line.revision())
                .bind("text_revision", line.textRevision())
                .bind("at", SqlTimes.of(line.at()))
                .bind("by", line.by())
                .bind("action", line.action())
                .bind("status", Statuses.name(line.status()))
                .bind("rule", line.rule())
                .bind("reason", line.reason())
                .bind("text", line.text())
                .bind("refs", SqlReferences.json(line.references()))
                .execute();
    }
}
