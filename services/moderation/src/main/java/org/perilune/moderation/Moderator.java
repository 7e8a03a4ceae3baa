package org.perilune.moderation;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Deleted;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.contracts.Topology;

/** Decides on comments as their events come. Safe for threads. */
final class Moderator {
    /** Who decides where no person does. */
    static final String NAME = Topology.MODERATION.name();

    private final RuleStore rules;
    private final OutboxRelay relay;
    private final MeterRegistry meters;
    private final Clock clock;

    Moderator(RuleStore rules, OutboxRelay relay, MeterRegistry meters, Clock clock) {
        this.rules = rules;
        this.relay = relay;
        this.meters = meters;
        this.clock = clock;
    }

    /** Does nothing for what it saw before, or what is older than what it saw. */
    void handle(Handle transaction, CloudEvent event) {
        if (event.type().equals(FlightLog.COMMENT_DELETED)) {
            Deleted deleted = EventData.as(event, Deleted.class);
            CommentStore.delete(
                    transaction,
                    id("data.id", deleted.id()),
                    id("data.post_id", required("data.post_id", deleted.postId())),
                    required("data.at", deleted.at()));
            return;
        }
        Comment comment = EventData.as(event, Comment.class);
        if (required("data.status", comment.status()) == Status.PENDING) {
            decide(transaction, comment, event);
        }
    }

    private void decide(Handle transaction, Comment comment, CloudEvent event) {
        UUID id = id("data.id", comment.id());
        UUID post = id("data.post_id", comment.postId());
        String author = required("data.author", comment.author());
        String text = required("data.text", comment.text());
        Instant createdAt = required("data.created_at", comment.createdAt());
        RuleSet counting = rules.takeTurn(transaction, author);
        Optional<Long> place =
                CommentStore.take(transaction, id, post, author, createdAt, comment.textRevision(), text);
        if (place.isEmpty()) {
            return;
        }
        RuleSet.Result result = counting.judge(
                text, (most, span) -> CommentStore.isOver(transaction, author, place.get(), createdAt, most, span));
        var decision = new Decision(
                id.toString(),
                post.toString(),
                comment.textRevision(),
                1,
                result.status(),
                result.rule(),
                result.reason(),
                NAME,
                SqlTimes.truncated(clock.instant()));
        CommentStore.decide(transaction, decision, counting.version());
        publish(transaction, decision, event.trace());
    }

    /** In the decision's transaction. */
    void publish(Handle transaction, Decision decision, Optional<TraceContext> trace) {
        Outbox.append(
                transaction,
                CloudEvent.of(NAME, FlightLog.COMMENT_MODERATED, decision.commentId(), decision.at(), decision, trace));
        transaction.afterCommit(() -> {
            relay.wake();
            meters.counter(
                            "moderation.decisions",
                            "status",
                            decision.status().name().toLowerCase(Locale.ROOT),
                            "by",
                            by(decision))
                    .increment();
        });
    }

    private static String by(Decision decision) {
        return decision.by().equals(NAME) ? "rules" : "person";
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new ServiceException.Invalid(field, "is missing");
        }
        return value;
    }

    private static UUID id(String field, String text) {
        try {
            return UUID.fromString(required(field, text));
        } catch (IllegalArgumentException failure) {
            throw new ServiceException.Invalid(field, "must be a UUID");
        }
    }
}
