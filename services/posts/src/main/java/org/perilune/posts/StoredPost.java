package org.perilune.posts;

import io.javalin.http.GoneResponse;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.flightlog.SqlReferences;

/**
 * A row.
 *
 * @param requestHash of the request that made it; empty where that had no key
 */
record StoredPost(Post post, boolean deleted, String requestHash) {
    static final String COLUMNS =
            " id, revision, author, title, text, at, refs, created_at, edited_at, deleted_at, request_hash ";

    static StoredPost read(ResultSet rows) throws SQLException {
        var post = new Post(
                rows.getString("id"),
                rows.getLong("revision"),
                rows.getString("author"),
                rows.getString("title"),
                rows.getString("text"),
                SqlTimes.nullable(rows, "at"),
                SqlReferences.read(rows, "refs"),
                SqlTimes.instant(rows, "created_at"),
                SqlTimes.nullable(rows, "edited_at"));
        return new StoredPost(post, rows.getObject("deleted_at") != null, rows.getString("request_hash"));
    }

    /** @throws GoneResponse where it was deleted */
    Post alive() {
        if (deleted) {
            throw new GoneResponse("The entry " + post.id() + " was deleted; its history is still there");
        }
        return post;
    }

    /** @throws ServiceException.Forbidden where it is another's */
    StoredPost own(String by) {
        if (!post.author().equals(by)) {
            throw new ServiceException.Forbidden(
                    "The entry is " + post.author() + "'s, who alone may change it. Nothing was changed");
        }
        return this;
    }
}
