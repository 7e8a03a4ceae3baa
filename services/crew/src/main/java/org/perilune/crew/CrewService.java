package org.perilune.crew;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.contracts.Topology;

/** Log-in, sessions, tokens and the keys they are checked by. */
public final class CrewService {
    /** How it is read and started. */
    public static final ServiceDefinition<CrewConfig> DEFINITION =
            new ServiceDefinition<>(Topology.CREW, CrewConfig::read, CrewService::start);

    private CrewService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    public static Service start(CrewConfig config, Clock clock) {
        return HttpService.start(Topology.CREW, config.http(), clock, parts -> {
            var meters = parts.meters();
            var postgres = parts.own(Postgres.open(config.postgres(), List.of("db/crew", Outbox.SCHEMA), meters));
            // Not in the health: whoever wants to log in need not wait for the broker, events do.
            var amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            var relay = parts.own(OutboxRelay.start(Topology.CREW.name(), postgres, amqp, meters));
            var store = new PersonStore(postgres);
            var revocations = parts.own(RevocationFeed.start(postgres));
            Runnable committed = () -> {
                relay.wake();
                revocations.changed();
            };
            var sessions = new SessionStore(postgres, clock, committed);
            var refusals = new Refusals(postgres.jdbi(), clock);
            var hasher = new PasswordHasher();
            var people = new People(store, hasher, clock, committed);
            var keys = new KeyRing(new SigningKeyStore(postgres), clock);
            parts.check("postgresql", postgres::problem);
            parts.check("keys", keys::problem);
            parts.own(CrewMaintenance.start(postgres, () -> {
                keys.refresh();
                people.addFirst(
                        config.administratorName(),
                        config.administratorPassword().reveal());
                sessions.sweep();
                refusals.tell();
                RevocationFeed.prune(postgres);
            }));
            var limiter = new GuessLimiter(clock);
            var logIn = new LogIn(store, sessions, hasher, limiter, refusals, new CrewMeters(meters));
            var tokens = new TokenIssuer(keys, clock);
            var routes = new CrewRoutes(config, keys, tokens, logIn, sessions, people, store, limiter, revocations);
            parts.authenticateBy(TokenVerifier.byKeys(keys.source(), revocations::hasEnded, clock));
            return routes::addTo;
        });
    }
}
