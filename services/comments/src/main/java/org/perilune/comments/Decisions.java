package org.perilune.comments;

import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;

/** Applies what moderation says, in whatever order and however often it comes. Safe for threads. */
final class Decisions {
    private final OutboxRelay relay;
    private final Clock clock;

    Decisions(OutboxRelay relay, Clock clock) {
        this.relay = relay;
        this.clock = clock;
    }

    /** Leaves alone what is about an earlier text, or older than what was applied, or about a deleted comment. */
    void apply(Handle transaction, CloudEvent event) {
        var decision = EventData.as(event, Decision.class);
        UUID id = UUID.fromString(decision.commentId());
        // Moderation decides on what we committed, so it is there; if not, a dead letter says so to people.
        StoredComment stored = CommentQueries.locked(transaction, id)
                .orElseThrow(() -> new IllegalStateException(
                        "Moderation decided on the comment " + id + ", which is not in the database of comments"));
        Comment before = stored.comment();
        if (stored.deleted()
                || before.textRevision() != decision.textRevision()
                || stored.decisionNumber() >= decision.number()) {
            return;
        }
        var after = new Comment(
                before.id(),
                before.postId(),
                before.revision() + 1,
                before.textRevision(),
                before.author(),
                before.text(),
                before.references(),
                before.createdAt(),
                before.editedAt(),
                decision.status(),
                decision.rule(),
                decision.reason(),
                decision.by(),
                SqlTimes.truncated(decision.at()));
        Instant now = SqlTimes.truncated(clock.instant());
        CommentTable.update(transaction, after, decision.number(), "moderated", decision.by(), now, event.trace());
        transaction.afterCommit(relay::wake);
    }
}
