package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.http.TokenConfig;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Exchanges;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;
import org.perilune.testkit.HeardEvents;
import org.perilune.testkit.SettableClock;
import org.slf4j.LoggerFactory;

/** Crew on a real PostgreSQL, with a clock that tests move. Begun anew for every test, with nobody in it. */
final class CrewFixture implements AutoCloseable {
    static final String PASSWORD = "the dish at Parkes 1969";
    static final String SECRET = "a-secret-of-the-command-line";

    final EmbeddedBackends backends;
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    SettableClock clock = new SettableClock(Instant.parse("2026-11-21T12:00:00Z"));
    private @Nullable Service crew;
    Client client = new Client(0);
    private final List<TokenVerifier> verifiers = new ArrayList<>();
    /** On the way to the broker. */
    final Gate broker;

    CrewFixture(Path home) throws IOException {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL, Store.AMQP), sentence -> {});
        broker = new Gate(Integer.parseInt(backends.settings().get("crew.amqp.port")));
        broker.open();
    }

    void begin() {
        clock = new SettableClock(Instant.parse("2026-11-21T12:00:00Z"));
        log = new ListAppender<>();
        log.start();
        rootLogger().addAppender(log);
        crew = CrewService.start(config(), clock);
        client = new Client(crew.port());
    }

    void end() throws Exception {
        verifiers.forEach(TokenVerifier::close);
        verifiers.clear();
        running().close();
        rootLogger().detachAppender(log);
        try (var connection = DriverManager.getConnection(
                        backends.settings().get("crew.postgres.url"),
                        "crew",
                        config().postgres().password().reveal());
                var statement = connection.createStatement()) {
            statement.execute("truncate person, session, ended_session, refusal, signing_key, outbox");
        }
    }

    private Service running() {
        return Objects.requireNonNull(crew, "begin was not called");
    }

    private static ch.qos.logback.classic.Logger rootLogger() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    CrewConfig config() {
        var values = new HashMap<String, String>();
        backends.settings().forEach((key, value) -> {
            if (key.startsWith("crew.")) {
                values.put(key, value);
            }
        });
        values.put("crew.http.port", "0");
        values.put("crew.amqp.port", Integer.toString(broker.port()));
        values.put("crew.administrator.password", PASSWORD);
        values.put("crew.cli.secret", SECRET);
        Topology.TOKENS.keySet().forEach(service -> values.put("crew.services." + service.name() + ".secret", SECRET));
        var settings = Settings.of(values);
        CrewConfig config = CrewConfig.read(settings.at("crew"));
        settings.check();
        return config;
    }

    TokenVerifier verifier() {
        var keys = URI.create("http://127.0.0.1:" + running().port() + "/keys");
        var verifier = TokenVerifier.open(
                TokenConfig.of(keys), new Peers(new SimpleMeterRegistry()), new SimpleMeterRegistry(), clock);
        verifiers.add(verifier);
        return verifier;
    }

    Client.Answer programToken(String body) throws Exception {
        return client.send("POST", "/tokens", "", body);
    }

    String administrator() throws Exception {
        return programToken("{\"client\":\"cli\",\"secret\":\"" + SECRET + "\"}")
                .text("access_token");
    }

    void addPerson(String name, String role) throws Exception {
        var added = client.send(
                "POST",
                "/people",
                administrator(),
                "{\"name\":\"%s\",\"password\":\"%s\",\"role\":\"%s\"}".formatted(name, PASSWORD, role));
        assertThat(added.status()).isEqualTo(201);
    }

    /** What crew publishes from now on. */
    HeardEvents listen() throws Exception {
        AmqpConfig amqp = AmqpConfig.read(Settings.of(backends.settings()).at("crew"));
        return HeardEvents.listen(amqp, Set.of(Exchanges.EVERY_TYPE));
    }

    @Override
    public void close() throws IOException {
        broker.close();
        backends.close();
    }
}
