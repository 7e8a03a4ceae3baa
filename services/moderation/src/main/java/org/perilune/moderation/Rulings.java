package org.perilune.moderation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;

/** Reads decisions. Safe for threads. */
final class Rulings {
    private static final int MOST_OF_A_COMMENT = 1_000;
    private static final String COLUMNS = """
            d.id, d.comment_id, c.post_id, d.text_revision, d.number, d.status, d.rule, d.reason, d.by, d.at,
            d.rules_version, c.author, t.text
            """;
    private static final String WITH_TEXT =
            " left join texts t on t.comment_id = d.comment_id and t.text_revision = d.text_revision ";

    private final Jdbi jdbi;

    Rulings(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Newest first; {@code more} where others follow. */
    record Page(List<Ruling> rulings, boolean more) {}

    /**
     * The newest on each comment that is still there.
     *
     * @param statuses none: any
     * @param before the last one of the page before
     */
    Page page(Collection<Status> statuses, @Nullable UUID post, int limit, @Nullable UUID before) {
        var where = new StringBuilder("not c.deleted");
        Map<String, Object> values = new HashMap<>();
        if (!statuses.isEmpty()) {
            where.append(" and c.status = any (:statuses)");
            values.put("statuses", statuses.stream().map(Rulings::wireName).toArray(String[]::new));
        }
        if (post != null) {
            where.append(" and c.post_id = :post");
            values.put("post", post);
        }
        if (before != null) {
            where.append(" and c.decision < :before");
            values.put("before", before);
        }
        List<Ruling> found = jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS
                        + " from comments c join decisions d on d.id = c.decision" + WITH_TEXT + " where " + where
                        + " order by c.decision desc limit :limit")
                .bindMap(values)
                .bind("limit", limit + 1)
                .map((row, context) -> ruling(row))
                .list());
        boolean more = found.size() > limit;
        return new Page(more ? found.subList(0, limit) : found, more);
    }

    /** All on one comment, oldest first; none where it is not known. */
    List<Ruling> of(UUID comment) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS
                        + " from decisions d join comments c on c.id = d.comment_id" + WITH_TEXT
                        + " where d.comment_id = :comment order by d.text_revision, d.number limit :limit")
                .bind("comment", comment)
                .bind("limit", MOST_OF_A_COMMENT)
                .map((row, context) -> ruling(row))
                .list());
    }

    /** The newest on a comment that is still there; nobody decides on it until the transaction ends. */
    static Optional<Ruling> lockNewest(Handle transaction, UUID comment) {
        // First the lock, then the look: what is read with it may be older than what the lock waited for.
        transaction.execute("select from comments where id = ? for update", comment);
        return transaction
                .createQuery("select " + COLUMNS + " from comments c join decisions d on d.id = c.decision" + WITH_TEXT
                        + " where c.id = :comment and not c.deleted")
                .bind("comment", comment)
                .map((row, context) -> ruling(row))
                .findOne();
    }

    private static String wireName(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static Ruling ruling(ResultSet row) throws SQLException {
        var decision = new Decision(
                row.getString("comment_id"),
                row.getString("post_id"),
                row.getLong("text_revision"),
                row.getLong("number"),
                Status.ofStored(row.getString("status")),
                row.getString("rule"),
                row.getString("reason"),
                row.getString("by"),
                SqlTimes.instant(row, "at"));
        return new Ruling(
                row.getObject("id", UUID.class),
                decision,
                row.getObject("rules_version", Integer.class),
                row.getString("author"),
                row.getString("text"));
    }
}
