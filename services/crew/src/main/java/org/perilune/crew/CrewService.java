package org.perilune.crew;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Topology;

/** Log-in, sessions, tokens and the keys they are checked by. */
public final class CrewService implements Service {
    private final int port;
    private final Resources owned;

    private CrewService(int port, Resources owned) {
        this.port = port;
        this.owned = owned;
    }

    public static CrewService start(CrewConfig config, Clock clock) {
        var owned = new Resources();
        try {
            var health = new Health();
            var meters = Meters.open();
            owned.add(meters::close);
            var postgres = owned.add(Postgres.open(config.postgres(), List.of("db/crew", Outbox.SCHEMA), meters));
            // Not in the health: whoever wants to log in need not wait for the broker, events do.
            var amqp = owned.add(Amqp.open(config.amqp()));
            var relay = owned.add(OutboxRelay.start(Topology.CREW.name(), postgres, amqp, meters));
            var store = new PersonStore(postgres);
            var revocations = owned.add(RevocationFeed.start(postgres));
            Runnable committed = () -> {
                relay.wake();
                revocations.changed();
            };
            var sessions = new SessionStore(postgres, clock, committed);
            var refusals = new Refusals(postgres.jdbi(), clock);
            var hasher = new PasswordHasher();
            var people = new People(store, hasher, clock, committed);
            var keys = new KeyRing(new SigningKeyStore(postgres), clock);
            health.add("postgresql", postgres::problem);
            health.add("keys", keys::problem);
            owned.add(CrewMaintenance.start(postgres, () -> {
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
            var verifier = TokenVerifier.byKeys(keys.source(), revocations::hasEnded, clock);
            var http = owned.add(
                    HttpListener.open(config.http(), Topology.CREW.name(), health, meters, verifier, routes::addTo));
            return new CrewService(http.port(), owned);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The HTTP port it listens on. */
    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        owned.close();
    }
}
