package org.perilune.comments;

import static org.perilune.testkit.StandInCrew.answer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.FlightLog;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Caller;
import org.perilune.testkit.Gate;
import org.perilune.testkit.HeardEvents;
import org.perilune.testkit.StandInCrew;
import org.perilune.testkit.TestBroker;

/** Two copies of comments on one database and one broker; posts and moderation are played. */
final class CommentsFixture implements AutoCloseable {
    /** An entry that only posts knows: comments has not heard of it. */
    static final String UNHEARD = "0199d1c0-0000-7000-8000-000000000001";

    /** The same of one that was deleted. */
    static final String GONE = "0199d1c0-0000-7000-8000-000000000002";

    private final Resources owned = new Resources();
    private final StandInCrew crew;
    private final Map<String, String> padSettings;
    final Gate database;
    final Gate broker;
    final HeardEvents events;
    final Service first;
    final Service second;
    volatile boolean postsAway;

    CommentsFixture(Path home) throws Exception {
        this(home, TestBroker.EMBEDDED);
    }

    CommentsFixture(Path home, TestBroker kind) throws Exception {
        kind.require();
        crew = owned.add(new StandInCrew());
        crew.serve("/posts/" + UNHEARD, exchange -> answer(exchange, postsAway ? 503 : 200, "{\"revision\":1}"));
        crew.serve("/posts/" + GONE, exchange -> answer(exchange, postsAway ? 503 : 410, "{}"));
        crew.serve("/posts/", exchange -> answer(exchange, postsAway ? 503 : 404, "{\"detail\":\"none\"}"));
        crew.serve("/references/check", exchange -> answer(exchange, postsAway ? 503 : 422, """
                {"detail":"references[0].id: there is no command",
                "errors":[{"field":"references[0].id","detail":"there is no command"}]}"""));
        EmbeddedBackends backends = owned.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("comments"), Store.POSTGRESQL, Store.AMQP), sentence -> {}));
        padSettings = Map.copyOf(kind.settings(backends.settings()));
        broker = gate(Integer.parseInt(setting("comments.amqp.port")));
        database = gate(databasePort());
        events = owned.add(HeardEvents.listen(
                AmqpConfig.read(Settings.of(padSettings).at("comments")), Set.of(Exchanges.EVERY_TYPE)));
        first = owned.add(start());
        second = owned.add(start());
    }

    private Gate gate(int target) throws IOException {
        Gate gate = owned.add(new Gate(target));
        gate.open();
        return gate;
    }

    private String setting(String key) {
        return Objects.requireNonNull(padSettings.get(key), key);
    }

    private int databasePort() {
        return URI.create(setting("comments.postgres.url").substring("jdbc:".length()))
                .getPort();
    }

    /** One more copy; the caller closes it. */
    Service start() {
        var values = settings();
        String url = setting("comments.postgres.url").replace(":" + databasePort(), ":" + database.port());
        values.put("comments.postgres.url", url);
        values.put("comments.amqp.port", Integer.toString(broker.port()));
        return CommentsService.start(CommentsConfig.read(Settings.of(values).at("comments")), Clock.systemUTC());
    }

    private Map<String, String> settings() {
        var values = new HashMap<>(padSettings);
        values.put("comments.http.port", "0");
        values.put("comments.tokens.keys-url", crew.keysUrl());
        values.put("comments.token.secret", "a-secret-of-the-service");
        values.put("comments.crew.url", crew.uri().toString());
        values.put("comments.posts.url", crew.uri().toString());
        return values;
    }

    Caller caller(Service service, String name, String role) {
        return owned.add(new Caller(service.port(), crew.token(name, role)));
    }

    /** Straight to the database, past the gate. */
    Jdbi sql() {
        var config = CommentsConfig.read(Settings.of(settings()).at("comments")).postgres();
        return Jdbi.create(config.url(), config.user(), config.password().reveal());
    }

    /** As from whoever is the source; by way of the outbox of comments. */
    void publish(CloudEvent event) {
        sql().useTransaction(transaction -> Outbox.append(transaction, event));
    }

    /** A new entry that comments hears of. */
    String post() {
        String id = Ids.next(Clock.systemUTC()).toString();
        Instant now = Instant.now();
        var post = new FlightLog.Post(id, 1, "alice", null, "an entry", null, List.of(), now, null);
        publish(CloudEvent.of("posts", FlightLog.POST_CREATED, id, now, post, Optional.empty()));
        return id;
    }

    void deletePost(String id) {
        Instant now = Instant.now();
        var deleted = new FlightLog.Deleted(id, null, 2, "alice", now);
        publish(CloudEvent.of("posts", FlightLog.POST_DELETED, id, now, deleted, Optional.empty()));
    }

    @Override
    public void close() {
        owned.close();
    }
}
