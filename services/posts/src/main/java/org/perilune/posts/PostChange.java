package org.perilune.posts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.UserText;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog.Post;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.flightlog.References;

/**
 * What is to be another in an entry.
 *
 * @param revision the one that the author saw
 * @param text null: as it was
 * @param titled whether the title changes, to null too
 * @param timed whether the time it is about changes, to null too
 * @param references null: as they were
 */
record PostChange(
        long revision,
        @Nullable String text,
        boolean titled,
        @Nullable String title,
        boolean timed,
        @Nullable Instant at,
        @Nullable List<Reference> references) {
    private static final Set<String> CHANGEABLE = Set.of("text", "title", "at", References.FIELD);

    /** @throws ServiceException.Invalid with everything that is wrong */
    static PostChange read(ObjectNode body) {
        JsonObjectReader in = JsonObjectReader.of(body);
        if (in.any("revision") == null) {
            in.fault("revision", "is missing: give the revision that you saw");
        }
        if (CHANGEABLE.stream().noneMatch(body::has)) {
            in.fault("text", "nothing is to be changed: give text, title, at or references");
        }
        var change = new PostChange(
                in.integer("revision", 1, Long.MAX_VALUE).orElse(0L),
                UserText.optionalText(in, "text", PostInput.LONGEST_TEXT).orElse(null),
                body.has("title"),
                UserText.optionalLine(in, "title", PostInput.LONGEST_TITLE).orElse(null),
                body.has("at"),
                References.instant(in, "at").map(SqlTimes::truncated).orElse(null),
                body.hasNonNull(References.FIELD) ? References.read(in) : null);
        if (in.any(References.FIELD) == null && in.any("text") == null && !change.titled && !change.timed) {
            in.fault("text", "must not be null");
        }
        in.end();
        in.check();
        return change;
    }

    /** The next revision, or the same where nothing is another. */
    Post of(Post before, Instant now) {
        var after = new Post(
                before.id(),
                before.revision() + 1,
                before.author(),
                titled ? title : before.title(),
                text == null ? before.text() : text,
                timed ? at : before.at(),
                references == null ? before.references() : references,
                before.createdAt(),
                now);
        return PostHistory.sameContent(before, after) ? before : after;
    }
}
