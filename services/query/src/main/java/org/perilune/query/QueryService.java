package org.perilune.query;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.Amqp;
import org.perilune.chassis.Health;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Inbox;
import org.perilune.chassis.Meters;
import org.perilune.chassis.Outbox;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Resources;
import org.perilune.chassis.TokenVerifier;
import org.perilune.contracts.Topology;

/** The flight log to read: its own model of it, built from events alone. */
public final class QueryService implements AutoCloseable {
    private final Resources owned;
    private final HttpListener http;

    private QueryService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static QueryService start(QueryConfig config, Clock clock) {
        String name = Topology.QUERY.name();
        var owned = new Resources();
        try {
            var meters = Meters.open();
            owned.add(meters::close);
            var health = new Health();
            Postgres postgres = owned.add(
                    Postgres.open(config.postgres(), List.of("db/" + name, Outbox.SCHEMA, Inbox.SCHEMA), meters));
            Amqp amqp = owned.add(Amqp.open(config.amqp()));
            health.add("postgresql", postgres::problem);
            health.add("amqp", amqp::problem);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    name,
                    health,
                    meters,
                    TokenVerifier.byKeysAt(config.http().keys(), clock),
                    javalin -> {}));
            return new QueryService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The port that was taken, where the config said 0. */
    public int port() {
        return http.port();
    }

    /** Stops taking, finishes what was taken, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
