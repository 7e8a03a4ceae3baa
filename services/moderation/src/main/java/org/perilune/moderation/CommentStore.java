package org.perilune.moderation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.Ids;
import org.perilune.contracts.FlightLog.Decision;

/** Changes what moderation knows of comments, and what was decided on them. Each within a transaction of the caller's. */
final class CommentStore {
    private CommentStore() {}

    /**
     * Takes a text that is to be decided on.
     *
     * @return the comment's place among its author's; empty where this text or a later one was taken before
     */
    static Optional<Long> take(
            Handle transaction, UUID id, UUID post, String author, Instant createdAt, long textRevision, String text) {
        return transaction
                .createQuery("""
                        with taken as (
                            insert into comments (id, post_id, author, created_at, text_revision, deleted)
                            values (:id, :post, :author, :createdAt, :textRevision, false)
                            on conflict (id) do update set text_revision = excluded.text_revision
                            where comments.text_revision < excluded.text_revision and not comments.deleted
                            returning seq)
                        select seq from taken
                        """)
                .bind("id", id)
                .bind("post", post)
                .bind("author", author)
                .bind("createdAt", SqlTimes.of(createdAt))
                .bind("textRevision", textRevision)
                .mapTo(Long.class)
                .findOne()
                .map(place -> {
                    transaction.execute(
                            "insert into texts (comment_id, text_revision, text) values (?, ?, ?)",
                            id,
                            textRevision,
                            text);
                    return place;
                });
    }

    /**
     * Whether more than so many comments, this one and those that were taken before it, fall into one time of this
     * length. They need not come in the order in which they were written: none that is late slips through.
     */
    static boolean isOver(Handle transaction, String author, long place, Instant createdAt, int most, Duration span) {
        List<Instant> before = around(
                transaction,
                "created_at <= :at and created_at > :end order by created_at desc",
                author,
                place,
                createdAt,
                createdAt.minus(span),
                most);
        if (before.size() >= most) {
            return true;
        }
        List<Instant> after = around(
                transaction,
                "created_at > :at and created_at < :end order by created_at",
                author,
                place,
                createdAt,
                createdAt.plus(span),
                most);
        var all = new ArrayList<>(before.reversed());
        all.add(SqlTimes.truncated(createdAt));
        all.addAll(after);
        for (int first = 0; first + most < all.size(); first++) {
            if (all.get(first + most).isBefore(all.get(first).plus(span))) {
                return true;
            }
        }
        return false;
    }

    private static List<Instant> around(
            Handle transaction, String which, String author, long place, Instant at, Instant end, int most) {
        return transaction
                .createQuery("select created_at from comments where author = :author and seq < :place and " + which
                        + " limit :most")
                .bind("author", author)
                .bind("place", place)
                .bind("at", SqlTimes.of(at))
                .bind("end", SqlTimes.of(end))
                .bind("most", most)
                .map((row, context) -> SqlTimes.instant(row, "created_at"))
                .list();
    }

    /**
     * @param rulesVersion null where a person decides
     * @return the decision's id
     */
    static UUID decide(Handle transaction, Decision decision, @Nullable Integer rulesVersion) {
        UUID id = Ids.next(Clock.fixed(decision.at(), ZoneOffset.UTC));
        UUID comment = UUID.fromString(decision.commentId());
        String status = decision.status().name().toLowerCase(Locale.ROOT);
        transaction
                .createUpdate("""
                        with made as (
                            insert into decisions
                                (id, comment_id, text_revision, number, status, rule, reason, rules_version, by, at)
                            values (:id, :comment, :textRevision, :number, :status, :rule, :reason, :rules, :by, :at))
                        update comments set decision = :id, status = :status where id = :comment
                        """)
                .bind("id", id)
                .bind("comment", comment)
                .bind("textRevision", decision.textRevision())
                .bind("number", decision.number())
                .bind("status", status)
                .bind("rule", decision.rule())
                .bind("reason", decision.reason())
                .bind("rules", rulesVersion)
                .bind("by", decision.by())
                .bind("at", SqlTimes.of(decision.at()))
                .execute();
        return id;
    }

    /** Nothing is decided on it from then on. What was decided stays, without the texts. */
    static void delete(Handle transaction, UUID id, UUID post, Instant at) {
        transaction
                .createUpdate("""
                        insert into comments (id, post_id, author, created_at, text_revision, deleted)
                        values (:id, :post, '', :at, 0, true)
                        on conflict (id) do update set deleted = true
                        """)
                .bind("id", id)
                .bind("post", post)
                .bind("at", SqlTimes.of(at))
                .execute();
        transaction.execute("delete from texts where comment_id = ?", id);
    }
}
