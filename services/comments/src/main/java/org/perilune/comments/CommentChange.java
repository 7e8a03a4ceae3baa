package org.perilune.comments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.flightlog.References;

/**
 * What is to be another in a comment.
 *
 * @param revision the one that the author saw
 * @param text null: as it was
 * @param references null: as they were
 */
record CommentChange(
        long revision, @Nullable String text, @Nullable List<Reference> references) {
    static final int LONGEST_TEXT = 5_000;

    /** @throws org.perilune.chassis.runtime.ServiceException.Invalid with everything that is wrong */
    static CommentChange read(ObjectNode body) {
        JsonObjectReader in = JsonObjectReader.of(body);
        if (in.any("revision") == null) {
            in.fault("revision", "is missing: give the revision that you saw");
        }
        if (in.any("text") == null && in.any(References.FIELD) == null) {
            in.fault("text", "nothing is to be changed: give text or references");
        }
        var change = new CommentChange(
                in.integer("revision", 1, Long.MAX_VALUE).orElse(0L),
                UserText.optionalText(in, "text", LONGEST_TEXT).orElse(null),
                body.hasNonNull(References.FIELD) ? References.read(in) : null);
        in.end();
        in.check();
        return change;
    }

    /** The next revision, pending; the same where nothing is another. */
    Comment of(Comment before, Instant now) {
        String newText = text == null ? before.text() : text;
        List<Reference> newReferences = references == null ? before.references() : references;
        if (newText.equals(before.text()) && newReferences.equals(before.references())) {
            return before;
        }
        return new Comment(
                before.id(),
                before.postId(),
                before.revision() + 1,
                before.textRevision() + 1,
                before.author(),
                newText,
                newReferences,
                before.createdAt(),
                now,
                Status.PENDING,
                null,
                null,
                null,
                null);
    }
}
