package org.perilune.moderation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Deleted;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.contracts.Topology;
import org.perilune.testkit.HeardEvents;

/** Publishes what comments would, and hears what moderation says. */
final class CommentsStandIn implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Resources owned = new Resources();
    private final Postgres postgres;
    private final OutboxRelay relay;
    private final HeardEvents heard;

    /** @param settings the embedded backends'; comments has a database there */
    CommentsStandIn(Settings settings) throws Exception {
        var meters = new SimpleMeterRegistry();
        Settings own = settings.at(Topology.COMMENTS.name());
        AmqpConfig broker = AmqpConfig.read(own);
        heard = owned.add(HeardEvents.listen(
                broker,
                Set.of(
                        FlightLog.COMMENT_MODERATED,
                        FlightLog.COMMENT_CREATED,
                        FlightLog.COMMENT_UPDATED,
                        FlightLog.COMMENT_DELETED)));
        postgres = owned.add(Postgres.open(PostgresConfig.read(own, 4), List.of(Outbox.SCHEMA), meters));
        postgres.awaitMigrated();
        Amqp amqp = owned.add(Amqp.open(broker));
        relay = owned.add(OutboxRelay.start("comments", postgres, amqp, meters));
    }

    static Comment comment(String author, String text) {
        return comment(author, text, Clock.systemUTC().instant());
    }

    static Comment comment(String author, String text, Instant createdAt) {
        String id = Ids.next(Clock.systemUTC()).toString();
        return new Comment(
                id,
                UUID.randomUUID().toString(),
                1,
                1,
                author,
                text,
                List.of(),
                createdAt,
                null,
                Status.PENDING,
                null,
                null,
                null,
                null);
    }

    static Comment edited(Comment comment, String text) {
        return with(comment, comment.textRevision() + 1, text, Status.PENDING);
    }

    static Comment with(Comment comment, long textRevision, String text, Status status) {
        return new Comment(
                comment.id(),
                comment.postId(),
                comment.revision() + 1,
                textRevision,
                comment.author(),
                text,
                List.of(),
                comment.createdAt(),
                null,
                status,
                null,
                null,
                null,
                null);
    }

    static CloudEvent created(Comment comment) {
        return event(FlightLog.COMMENT_CREATED, comment.id(), comment);
    }

    static CloudEvent updated(Comment comment) {
        return event(FlightLog.COMMENT_UPDATED, comment.id(), comment);
    }

    static CloudEvent deleted(Comment comment) {
        var deleted = new Deleted(
                comment.id(),
                comment.postId(),
                100,
                comment.author(),
                Clock.systemUTC().instant());
        return event(FlightLog.COMMENT_DELETED, comment.id(), deleted);
    }

    static CloudEvent event(String type, String subject, Object data) {
        return CloudEvent.of("comments", type, subject, Clock.systemUTC().instant(), data, Optional.empty());
    }

    void publish(CloudEvent... events) {
        postgres.jdbi().useTransaction(transaction -> Outbox.append(transaction, List.of(events)));
        relay.wake();
    }

    /** What moderation said of the comment, in the order in which it came. */
    List<Decision> decisions(Comment comment) {
        return heard.ofType(FlightLog.COMMENT_MODERATED).stream()
                .filter(event -> comment.id().equals(event.subject()))
                .map(event -> EventData.as(event, Decision.class))
                .toList();
    }

    boolean isDecided(Comment comment) {
        return !decisions(comment).isEmpty();
    }

    /** What moderation said last. */
    Status status(Comment comment) {
        return decisions(comment).getLast().status();
    }

    /** Waits for it, and returns what came last. */
    Decision await(Comment comment, long textRevision, long number) {
        Awaitility.await()
                .atMost(TIMEOUT)
                .until(() -> decisions(comment).stream()
                        .anyMatch(decision -> decision.textRevision() == textRevision && decision.number() == number));
        return decisions(comment).getLast();
    }

    @Override
    public void close() {
        owned.close();
    }
}
