package org.perilune.query.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.contracts.FlightLog;

/** A comment as the model keeps it: nothing that may not be read is in it. */
record CommentRow(
        UUID id,
        UUID postId,
        long revision,
        boolean deleted,
        @Nullable String author,
        @Nullable Instant createdAt,
        @Nullable String words,
        @Nullable String shown) {
    /** In which rows are written: two who write at once then never wait for each other in a circle. */
    static final Comparator<CommentRow> ORDER = Comparator.comparing(CommentRow::id);

    static CommentRow of(CloudEvent event) {
        FlightLog.Comment comment = EventData.as(event, FlightLog.Comment.class);
        boolean readable = comment.status() == FlightLog.Status.APPROVED;
        ObjectNode shown = Json.mapper().valueToTree(comment);
        if (!readable) {
            shown.putNull("text");
            shown.putArray("references");
        }
        return new CommentRow(
                Batch.id("id", comment.id()),
                Batch.id("post_id", comment.postId()),
                comment.revision(),
                false,
                comment.author(),
                comment.createdAt(),
                readable ? comment.text() : null,
                shown.toString());
    }

    static CommentRow deleted(CloudEvent event) {
        FlightLog.Deleted deleted = EventData.as(event, FlightLog.Deleted.class);
        return new CommentRow(
                Batch.id("id", deleted.id()),
                Batch.id("post_id", deleted.postId()),
                deleted.revision(),
                true,
                null,
                null,
                null,
                null);
    }
}
