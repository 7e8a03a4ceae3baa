package org.perilune.posts;

import static org.perilune.testkit.StandInCrew.answer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Caller;
import org.perilune.testkit.Gate;
import org.perilune.testkit.HeardEvents;
import org.perilune.testkit.StandInCrew;

/** Two copies of posts on one database and one broker; telemetry and command-dispatcher are played. */
final class PostsFixture implements AutoCloseable {
    static final String COMMAND = "0199d1c0-0000-7000-8000-000000000001";

    private final Resources owned = new Resources();
    private final StandInCrew crew;
    private final EmbeddedBackends backends;
    final Gate database;
    final Gate broker;
    final HeardEvents events;
    final Service first;
    final Service second;
    volatile boolean othersAway;

    PostsFixture(Path home) throws Exception {
        crew = owned.add(new StandInCrew());
        crew.serve("/devices/lunar-module", exchange -> answer(exchange, othersAway ? 503 : 200, """
                {"name":"lunar-module","parameters":[{"name":"speed"}],"values":{"position":{"value":1}}}"""));
        crew.serve("/devices/", exchange -> answer(exchange, othersAway ? 503 : 404, "{\"detail\":\"none\"}"));
        crew.serve("/commands/" + COMMAND, exchange -> answer(exchange, othersAway ? 503 : 200, "{}"));
        crew.serve("/commands/", exchange -> answer(exchange, othersAway ? 503 : 404, "{\"detail\":\"none\"}"));
        backends = owned.add(EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("posts"), Store.POSTGRESQL, Store.AMQP), sentence -> {}));
        broker = gate(Integer.parseInt(setting("posts.amqp.port")));
        database = gate(databasePort());
        events = owned.add(HeardEvents.listen(
                AmqpConfig.read(Settings.of(backends.settings()).at("posts")), Set.of(Exchanges.EVERY_TYPE)));
        first = owned.add(start());
        second = owned.add(start());
    }

    private Gate gate(int target) throws IOException {
        Gate gate = owned.add(new Gate(target));
        gate.open();
        return gate;
    }

    private String setting(String key) {
        return Objects.requireNonNull(backends.settings().get(key), key);
    }

    private int databasePort() {
        return URI.create(setting("posts.postgres.url").substring("jdbc:".length()))
                .getPort();
    }

    /** One more copy; the caller closes it. */
    Service start() {
        var values = settings();
        String url = setting("posts.postgres.url").replace(":" + databasePort(), ":" + database.port());
        values.put("posts.postgres.url", url);
        values.put("posts.amqp.port", Integer.toString(broker.port()));
        return PostsService.start(PostsConfig.read(Settings.of(values).at("posts")), Clock.systemUTC());
    }

    private Map<String, String> settings() {
        var values = new HashMap<>(backends.settings());
        values.put("posts.http.port", "0");
        values.put("posts.tokens.keys-url", crew.keysUrl());
        values.put("posts.token.secret", "a-secret-of-the-service");
        values.put("posts.crew.url", crew.uri().toString());
        values.put("posts.telemetry.url", crew.uri().toString());
        values.put("posts.command-dispatcher.url", crew.uri().toString());
        return values;
    }

    Caller caller(Service service, String name, String role) {
        return owned.add(new Caller(service.port(), crew.token(name, role)));
    }

    /** Straight to the database, past the gate. */
    Jdbi sql() {
        var config = PostsConfig.read(Settings.of(settings()).at("posts")).postgres();
        return Jdbi.create(config.url(), config.user(), config.password().reveal());
    }

    @Override
    public void close() {
        owned.close();
    }
}
