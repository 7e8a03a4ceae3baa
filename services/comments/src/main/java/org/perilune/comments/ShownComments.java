package org.perilune.comments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.IdCursor;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.contracts.Role;
import org.perilune.flightlog.References;

/** Comments as somebody may see them. */
final class ShownComments {
    private ShownComments() {}

    record Page(List<ObjectNode> comments, @Nullable String next) {}

    /** @param found one more than the limit where there is more */
    static Page page(List<Comment> found, int limit, String question, Principal viewer) {
        List<Comment> comments = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit
                ? IdCursor.text(UUID.fromString(comments.getLast().id()), question)
                : null;
        return new Page(comments.stream().map(comment -> one(comment, viewer)).toList(), next);
    }

    static ObjectNode one(Comment comment, Principal viewer) {
        ObjectNode json = Json.mapper().valueToTree(comment);
        if (comment.status() != Status.APPROVED && !seesEverything(viewer, comment)) {
            json.putNull("text");
            json.putArray(References.FIELD);
        }
        return json;
    }

    static boolean seesEverything(Principal viewer, Comment comment) {
        return viewer.role().includes(Role.FLIGHT_DIRECTOR) || viewer.name().equals(comment.author());
    }
}
