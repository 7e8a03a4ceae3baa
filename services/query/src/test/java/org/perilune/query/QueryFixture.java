package org.perilune.query;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Caller;
import org.perilune.testkit.StandInCrew;

/** A backends, somebody who publishes events, and query. */
public final class QueryFixture implements AutoCloseable {
    private final Resources opened = new Resources();
    private final EmbeddedBackends backends;
    private final StandInCrew crew;
    private final Postgres publisherDatabase;
    private final OutboxRelay publisher;

    public QueryFixture(Path home) throws Exception {
        crew = opened.add(new StandInCrew());
        backends = opened.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(
                        home, List.of("query", "posts"), Store.POSTGRESQL, Store.AMQP, Store.OPENSEARCH),
                sentence -> {}));
        var meters = Meters.open();
        opened.add(meters::close);
        Settings posts = Settings.of(backends.settings()).at("posts");
        publisherDatabase = opened.add(Postgres.open(PostgresConfig.read(posts, 2), Outbox.SCHEMA, meters));
        Amqp amqp = opened.add(Amqp.open(AmqpConfig.read(posts)));
        publisher = opened.add(OutboxRelay.start("posts", publisherDatabase, amqp, meters));
    }

    public QueryConfig config() {
        return config(backends.openSearchPort());
    }

    /** @param openSearchPort of what stands before the embedded backends' OpenSearch */
    public QueryConfig config(int openSearchPort) {
        var values = new HashMap<>(backends.settings());
        values.put("query.http.port", "0");
        values.put("query.opensearch.url", "http://127.0.0.1:" + openSearchPort);
        values.put("query.tokens.keys-url", crew.keysUrl());
        values.put("query.crew.url", crew.uri().toString());
        values.put("query.event-bus.url", crew.uri().toString());
        values.putAll(Map.of("query.token.secret", "anything-that-is-long-enough"));
        return QueryConfig.read(Settings.of(values).at("query"));
    }

    public StandInCrew crew() {
        return crew;
    }

    public Service start() {
        return opened.add(QueryService.start(config(), Clock.systemUTC()));
    }

    public Service start(int openSearchPort) {
        return opened.add(QueryService.start(config(openSearchPort), Clock.systemUTC()));
    }

    public EmbeddedBackends backends() {
        return backends;
    }

    /** Of a service that has set up its model. */
    public Caller caller(Service query, String role) {
        Caller caller = opened.add(new Caller(query.port(), crew.token("alice", role)));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> caller.send("GET", "/posts", "").statusCode() == 200);
        return caller;
    }

    public void publish(CloudEvent... events) {
        publish(Arrays.asList(events));
    }

    public void publish(List<CloudEvent> events) {
        publisherDatabase
                .jdbi()
                .useTransaction(transaction -> events.forEach(event -> Outbox.append(transaction, event)));
        publisher.wake();
    }

    public static FlightLog.Post post(UUID id, long revision, String author, String text, String... devices) {
        List<FlightLog.Reference> references = Arrays.stream(devices)
                .map(device -> new FlightLog.Reference(
                        FlightLog.Reference.Kind.TELEMETRY, device, "speed", Instant.EPOCH, Instant.EPOCH, null))
                .toList();
        return new FlightLog.Post(id.toString(), revision, author, null, text, null, references, Instant.EPOCH, null);
    }

    public static FlightLog.Comment comment(UUID id, UUID post, long revision, FlightLog.Status status, String text) {
        return new FlightLog.Comment(
                id.toString(),
                post.toString(),
                revision,
                1,
                "bob",
                text,
                List.of(),
                Instant.EPOCH,
                null,
                status,
                null,
                null,
                null,
                null);
    }

    static CloudEvent event(String source, String type, String subject, Object data) {
        return CloudEvent.of(source, type, subject, Instant.now(), data, Optional.empty());
    }

    public static CloudEvent created(FlightLog.Post post) {
        return event("posts", FlightLog.POST_CREATED, post.id(), post);
    }

    public static CloudEvent updated(FlightLog.Post post) {
        return event("posts", FlightLog.POST_UPDATED, post.id(), post);
    }

    public static CloudEvent created(FlightLog.Comment comment) {
        return event("comments", FlightLog.COMMENT_CREATED, comment.id(), comment);
    }

    public static CloudEvent updated(FlightLog.Comment comment) {
        return event("comments", FlightLog.COMMENT_UPDATED, comment.id(), comment);
    }

    public static CloudEvent deletedPost(UUID id, long revision) {
        var deleted = new FlightLog.Deleted(id.toString(), null, revision, "alice", Instant.EPOCH);
        return event("posts", FlightLog.POST_DELETED, id.toString(), deleted);
    }

    public static CloudEvent deletedComment(UUID id, UUID post, long revision) {
        var deleted = new FlightLog.Deleted(id.toString(), post.toString(), revision, "bob", Instant.EPOCH);
        return event("comments", FlightLog.COMMENT_DELETED, id.toString(), deleted);
    }

    @Override
    public void close() {
        opened.close();
    }
}
