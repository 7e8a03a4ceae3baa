package org.perilune.telemetry;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Topology;
import org.perilune.telemetry.device.DeviceQueries;
import org.perilune.telemetry.device.DeviceSweeper;
import org.perilune.telemetry.gap.GapWatch;
import org.perilune.telemetry.ingest.EpochPruner;
import org.perilune.telemetry.ingest.Ingest;
import org.perilune.telemetry.ingest.RejectPruner;
import org.perilune.telemetry.live.LiveMeters;
import org.perilune.telemetry.live.LiveTail;
import org.perilune.telemetry.query.Exports;
import org.perilune.telemetry.rollup.RollupWorker;
import org.perilune.telemetry.store.DeviceRegistry;
import org.perilune.telemetry.store.FrameStore;

/** Stores what devices report, and answers for it. */
public final class TelemetryService implements Service {
    private final Resources owned;
    private final HttpListener http;

    private TelemetryService(Resources owned, HttpListener http) {
        this.owned = owned;
        this.http = http;
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static TelemetryService start(TelemetryConfig config, Clock clock) {
        var owned = new Resources();
        try {
            var meters = Meters.open();
            var health = new Health();
            Postgres postgres =
                    owned.add(Postgres.open(config.postgres(), List.of("db/telemetry", Outbox.SCHEMA), meters));
            // Not in the health: frames need not wait for the broker, telling of gaps does.
            Amqp amqp = owned.add(Amqp.open(config.amqp()));
            OutboxRelay relay = owned.add(OutboxRelay.start(Topology.TELEMETRY.name(), postgres, amqp, meters));
            Redis redis = owned.add(Redis.open(config.redis()));
            health.add("postgresql", postgres::problem);
            health.add("redis", redis::problem);
            var devices = new DeviceRegistry(postgres.jdbi());
            Ingest ingest = owned.add(Ingest.start(
                    config.writers(),
                    config.streams(),
                    config.clocks(),
                    config.mqtt(),
                    postgres,
                    redis,
                    devices,
                    health,
                    meters,
                    clock));
            owned.add(GapWatch.start(postgres, relay::wake, clock));
            RollupWorker rollups = owned.add(RollupWorker.open(postgres.dataSource(), ingest::isBusy, meters));
            health.add("rollups", rollups::problem);
            owned.add(RejectPruner.start(
                    postgres,
                    new RejectPruner.Rejects(config.rejectsKept(), config.rejectsBytes(), config.rejectsAge()),
                    clock));
            owned.add(EpochPruner.start(postgres, config.epochsKept()));
            Postgres reading = owned.add(postgres.beside("telemetry-reading", config.readingPoolSize(), meters));
            LiveTail live = owned.add(new LiveTail(redis, new LiveMeters(meters)));
            var deviceQueries = new DeviceQueries(reading.jdbi(), config.clocks(), clock);
            owned.add(DeviceSweeper.open(deviceQueries, live, postgres::awaitMigrated));
            Exports exports = owned.add(Exports.open(config.exports(), meters));
            var store = new FrameStore(postgres, redis, devices, config.clocks());
            var http = owned.add(HttpListener.open(
                    config.http(),
                    Topology.TELEMETRY.name(),
                    health,
                    meters,
                    owned.add(TokenVerifier.open(config.http().tokens(), meters, clock)),
                    new TelemetryRoutes(reading, deviceQueries, live, store, exports, clock)::register));
            return new TelemetryService(owned, http);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** The port that was taken, where the config said 0. */
    @Override
    public int port() {
        return http.port();
    }

    /** Stops reading, finishes what was read, acknowledges it, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
