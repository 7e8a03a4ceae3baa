package org.perilune.comments;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.FlightLog.Reference;
import org.perilune.contracts.FlightLog.Status;

/** What a comment was, revision after revision. */
record CommentHistory(List<Line> history) {
    static final String DELETED = "deleted";

    /** @param textRevision the text that was there then */
    record Line(
            long revision,
            @JsonIgnore long textRevision,
            Instant at,
            String by,
            String action,
            Status status,
            @Nullable String rule,
            @Nullable String reason,
            @Nullable String text,
            List<Reference> references) {
        private Line withoutText() {
            return new Line(revision, textRevision, at, by, action, status, rule, reason, null, List.of());
        }
    }

    /** As those see it who may read only what is approved: texts whose last word is approval, unless all was deleted. */
    CommentHistory approved() {
        Map<Long, Status> last = new HashMap<>();
        boolean deleted = false;
        for (Line line : history) {
            last.put(line.textRevision(), line.status());
            deleted |= line.action().equals(DELETED);
        }
        boolean gone = deleted;
        return new CommentHistory(history.stream()
                .map(line -> !gone && last.get(line.textRevision()) == Status.APPROVED ? line : line.withoutText())
                .toList());
    }
}
