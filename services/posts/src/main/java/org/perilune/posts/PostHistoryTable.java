package org.perilune.posts;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.flightlog.SqlReferences;

/** Lines of history, which are written only. */
final class PostHistoryTable {
    private PostHistoryTable() {}

    static void append(Handle transaction, UUID post, PostHistory.Line line) {
        transaction
                .createUpdate("""
                insert into post_history (post_id, revision, at, by, action, title, text, about, refs)
                values (:post, :revision, :at, :by, :action, :title, :text, :about, :refs::jsonb)
                """)
                .bind("post", post)
                .bind("revision", line.revision())
                .bind("at", SqlTimes.of(line.at()))
                .bind("by", line.by())
                .bind("action", line.action())
                .bind("title", line.title())
                .bind("text", line.text())
                .bind("about", SqlTimes.of(line.about()))
                .bind("refs", SqlReferences.json(line.references()))
                .execute();
    }

    /** Oldest first. */
    static List<PostHistory.Line> of(Handle handle, UUID post) {
        return handle.createQuery("select * from post_history where post_id = :post order by revision")
                .bind("post", post)
                .map((rows, context) -> new PostHistory.Line(
                        rows.getLong("revision"),
                        SqlTimes.instant(rows, "at"),
                        rows.getString("by"),
                        rows.getString("action"),
                        rows.getString("title"),
                        rows.getString("text"),
                        SqlTimes.nullable(rows, "about"),
                        SqlReferences.read(rows, "refs")))
                .list();
    }
}
