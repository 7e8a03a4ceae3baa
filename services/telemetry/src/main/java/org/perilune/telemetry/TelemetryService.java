package org.perilune.telemetry;

import java.time.Clock;
import java.util.List;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.OutboxRelay;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
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
public final class TelemetryService {
    /** How it is read and started. */
    public static final ServiceDefinition<TelemetryConfig> DEFINITION =
            new ServiceDefinition<>(Topology.TELEMETRY, TelemetryConfig::read, TelemetryService::start);

    private TelemetryService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static Service start(TelemetryConfig config, Clock clock) {
        return HttpService.start(Topology.TELEMETRY, config.http(), clock, parts -> {
            var meters = parts.meters();
            Postgres postgres =
                    parts.own(Postgres.open(config.postgres(), List.of("db/telemetry", Outbox.SCHEMA), meters));
            // Not in the health: frames need not wait for the broker, telling of gaps does.
            Amqp amqp = parts.own(Amqp.open(config.amqp(), parts.tracing()));
            OutboxRelay relay = parts.own(OutboxRelay.start(Topology.TELEMETRY.name(), postgres, amqp, meters));
            Redis redis = parts.own(Redis.open(config.redis()));
            parts.check("postgresql", postgres::problem);
            parts.check("redis", redis::problem);
            var devices = new DeviceRegistry(postgres.jdbi());
            Ingest ingest = parts.own(Ingest.start(
                    config.writers(),
                    config.streams(),
                    config.clocks(),
                    config.mqtt(),
                    postgres,
                    redis,
                    devices,
                    parts.health(),
                    meters,
                    parts.tracing(),
                    clock));
            parts.own(GapWatch.start(postgres, relay::wake, clock));
            RollupWorker rollups = parts.own(RollupWorker.open(postgres.dataSource(), ingest::isBusy, meters));
            parts.check("rollups", rollups::problem);
            parts.own(RejectPruner.start(
                    postgres,
                    new RejectPruner.Rejects(config.rejectsKept(), config.rejectsBytes(), config.rejectsAge()),
                    clock));
            parts.own(EpochPruner.start(postgres, config.epochsKept()));
            Postgres reading = parts.own(postgres.beside("telemetry-reading", config.readingPoolSize(), meters));
            LiveTail live = parts.own(new LiveTail(redis, new LiveMeters(meters)));
            var deviceQueries = new DeviceQueries(reading.jdbi(), config.clocks(), clock);
            parts.own(DeviceSweeper.open(deviceQueries, live, postgres::awaitMigrated));
            Exports exports = parts.own(Exports.open(config.exports(), meters));
            var store = new FrameStore(postgres, redis, devices, config.clocks());
            return new TelemetryRoutes(reading, deviceQueries, live, store, exports, clock)::register;
        });
    }
}
