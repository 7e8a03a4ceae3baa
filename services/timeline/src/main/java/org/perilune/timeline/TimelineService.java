package org.perilune.timeline;

import java.time.Clock;
import org.perilune.chassis.Health;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Meters;
import org.perilune.chassis.Mongo;
import org.perilune.chassis.Resources;
import org.perilune.chassis.TokenVerifier;
import org.perilune.contracts.Topology;

/** Keeps what is planned and foreseen, and sends the commands of events when they are due. */
public final class TimelineService implements AutoCloseable {
    private final Resources owned;
    private final HttpListener http;

    private TimelineService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where MongoDB or other services are away: the timeline is unready until MongoDB is there. */
    public static TimelineService start(TimelineConfig config, Clock clock) {
        var owned = new Resources();
        try {
            var meters = Meters.open();
            owned.add(meters::close);
            var health = new Health();
            Mongo mongo = owned.add(Mongo.open(config.mongo()));
            health.add("mongodb", mongo::problem);
            var http = owned.add(HttpListener.open(
                    config.http(),
                    Topology.TIMELINE.name(),
                    health,
                    meters,
                    TokenVerifier.byKeysAt(config.http().keys(), clock),
                    javalin -> {}));
            return new TimelineService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The port that was taken, where the config said 0. */
    public int port() {
        return http.port();
    }

    /** Starts no more launches, finishes those under way, and lets another copy take over, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
