package org.perilune.comments;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.flightlog.SqlReferences;

/** Reads comments. Safe for threads. */
final class CommentQueries {
    private static final String SELECT = "select" + StoredComment.COLUMNS + "from comment";

    private final Jdbi jdbi;

    CommentQueries(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @throws ServiceException.NotFound where there never was one */
    StoredComment find(UUID id) {
        return jdbi.withHandle(handle -> find(handle, id, "")).orElseThrow(() -> unknown(id));
    }

    /** Until the transaction ends nobody else changes it. */
    static Optional<StoredComment> locked(Handle transaction, UUID id) {
        return find(transaction, id, " for update");
    }

    Optional<StoredComment> keyed(String author, IdempotencyKey key) {
        return jdbi.withHandle(handle -> keyed(handle, author, key));
    }

    static Optional<StoredComment> keyed(Handle handle, String author, IdempotencyKey key) {
        return handle.createQuery(SELECT + " where author = :author and idempotency_key = :key")
                .bind("author", author)
                .bind("key", key.value())
                .map((rows, context) -> StoredComment.read(rows))
                .findOne();
    }

    /** Oldest first, after the last one of the page before. */
    List<Comment> ofPost(UUID post, @Nullable UUID after, int limit) {
        String sql = SELECT + " where post_id = :post and deleted_at is null"
                + (after == null ? "" : " and id > :after") + " order by id limit :limit";
        return jdbi.withHandle(handle -> {
            var query = handle.createQuery(sql).bind("post", post).bind("limit", limit);
            if (after != null) {
                query.bind("after", after);
            }
            return query.map((rows, context) -> StoredComment.read(rows).comment())
                    .list();
        });
    }

    /** Newest first, beyond the last one of the page before. */
    List<Comment> newest(@Nullable String author, Set<Status> statuses, @Nullable UUID before, int limit) {
        String sql = SELECT + " where deleted_at is null"
                + (author == null ? "" : " and author = :author")
                + (statuses.isEmpty() ? "" : " and status in (<statuses>)")
                + (before == null ? "" : " and id < :before") + " order by id desc limit :limit";
        return jdbi.withHandle(handle -> {
            var query = handle.createQuery(sql).bind("limit", limit);
            if (author != null) {
                query.bind("author", author);
            }
            if (!statuses.isEmpty()) {
                query.bindList("statuses", statuses.stream().map(Statuses::name).toList());
            }
            if (before != null) {
                query.bind("before", before);
            }
            return query.map((rows, context) -> StoredComment.read(rows).comment())
                    .list();
        });
    }

    /** Of what was deleted, too. */
    CommentHistory history(UUID id) {
        List<CommentHistory.Line> lines = jdbi.withHandle(handle -> handle.createQuery(
                        "select * from comment_history where comment_id = :id order by revision")
                .bind("id", id)
                .map((rows, context) -> new CommentHistory.Line(
                        rows.getLong("revision"),
                        rows.getLong("text_revision"),
                        SqlTimes.instant(rows, "at"),
                        rows.getString("by"),
                        rows.getString("action"),
                        Statuses.status(rows.getString("status")),
                        rows.getString("rule"),
                        rows.getString("reason"),
                        rows.getString("text"),
                        SqlReferences.read(rows, "refs")))
                .list());
        return new CommentHistory(lines);
    }

    static ServiceException.NotFound unknown(UUID id) {
        return new ServiceException.NotFound("No comment has the id " + id);
    }

    private static Optional<StoredComment> find(Handle handle, UUID id, String lock) {
        return handle.createQuery(SELECT + " where id = :id" + lock)
                .bind("id", id)
                .map((rows, context) -> StoredComment.read(rows))
                .findOne();
    }
}
