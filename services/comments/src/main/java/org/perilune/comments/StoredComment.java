package org.perilune.comments;

import io.javalin.http.GoneResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.flightlog.SqlReferences;

/**
 * A row.
 *
 * @param decisionNumber of the last decision on its text; 0 where there was none
 * @param requestHash of the request that made it; empty where that had no key
 */
record StoredComment(Comment comment, boolean deleted, long decisionNumber, String requestHash) {
    static final String COLUMNS = " id, post_id, revision, text_revision, author, text, refs, created_at, edited_at,"
            + " status, rule, reason, moderated_by, moderated_at, deleted_at, decision_number, request_hash ";

    static StoredComment read(ResultSet rows) throws SQLException {
        var comment = new Comment(
                rows.getString("id"),
                rows.getString("post_id"),
                rows.getLong("revision"),
                rows.getLong("text_revision"),
                rows.getString("author"),
                rows.getString("text"),
                SqlReferences.read(rows, "refs"),
                SqlTimes.instant(rows, "created_at"),
                SqlTimes.nullable(rows, "edited_at"),
                Statuses.status(rows.getString("status")),
                rows.getString("rule"),
                rows.getString("reason"),
                rows.getString("moderated_by"),
                SqlTimes.nullable(rows, "moderated_at"));
        return new StoredComment(
                comment,
                rows.getObject("deleted_at") != null,
                rows.getLong("decision_number"),
                rows.getString("request_hash"));
    }

    /** @throws GoneResponse where it was deleted */
    Comment alive() {
        if (deleted) {
            throw new GoneResponse("The comment " + comment.id() + " was deleted; its history is still there");
        }
        return comment;
    }

    /** @throws ServiceException.Forbidden where it is another's */
    StoredComment own(String by) {
        if (!comment.author().equals(by)) {
            throw new ServiceException.Forbidden(
                    "The comment is " + comment.author() + "'s, who alone may change it. Nothing was changed");
        }
        return this;
    }
}
