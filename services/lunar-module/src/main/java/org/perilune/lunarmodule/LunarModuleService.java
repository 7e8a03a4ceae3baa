package org.perilune.lunarmodule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.perilune.chassis.Health;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Meters;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Resources;
import org.perilune.chassis.TokenVerifier;
import org.perilune.contracts.Topology;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceKey;

/**
 * A simulated lander in orbit around the Moon, reporting through the same journal and broker as any other device. It
 * flies on while its database is away.
 */
public final class LunarModuleService implements AutoCloseable {
    private final int port;
    private final Resources owned;

    private LunarModuleService(int port, Resources owned) {
        this.port = port;
        this.owned = owned;
    }

    public static LunarModuleService start(LunarModuleConfig config, Clock clock) {
        var owned = new Resources();
        try {
            var health = new Health();
            var meters = Meters.open();
            var postgres = owned.add(Postgres.open(config.postgres(), "db/lunar-module", meters));
            var orbit = new LunarOrbit(config.orbitPeriod());
            var missions = new MissionStore(postgres);
            var mission = mission(config, orbit, missions, clock.instant());
            owned.add(missions.keep(mission));
            var device = owned.add(device(config, orbit, mission, clock));
            measure(device, meters);
            var flight = owned.add(Flight.start(orbit, mission, config.reportInterval(), clock, device));
            health.add("postgresql", postgres::problem);
            health.add("mqtt", () -> linkProblem(device));
            var routes = new LunarModuleRoutes(flight, new CommandStore(postgres.jdbi(), clock));
            var verifier = TokenVerifier.byKeysAt(config.http().keys(), clock);
            var http = owned.add(HttpListener.open(
                    config.http(), Topology.LUNAR_MODULE.name(), health, meters, verifier, routes::addTo));
            return new LunarModuleService(http.port(), owned);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    private static MissionTime mission(LunarModuleConfig config, LunarOrbit orbit, MissionStore missions, Instant now) {
        var file = new MissionFile(config.journal());
        var mission = file.read()
                .or(missions::readIfThere)
                .orElseGet(() -> MissionTime.first(orbit, now, config.timeScale()))
                .withScale(now, config.timeScale());
        file.write(mission);
        return mission;
    }

    private static Device device(LunarModuleConfig config, LunarOrbit orbit, MissionTime mission, Clock clock) {
        var mqtt = config.mqtt();
        var deviceConfig = DeviceConfig.of(
                mqtt.user(), DeviceKey.of(mqtt.password().reveal()), mqtt.host(), mqtt.port(), config.journal());
        var silence = Flight.silence(orbit, mission, clock.instant());
        return Device.open(deviceConfig, TelemetryFormat.description(config.reportInterval(), silence), clock);
    }

    private static void measure(Device device, MeterRegistry meters) {
        meters.gauge("perilune.device.unsettled.frames", device, each ->
                (double) each.status().unsettledFrames());
        meters.gauge("perilune.device.journal.bytes", device, each ->
                (double) each.status().journalBytes());
        meters.gauge("perilune.device.reconnects", device, each ->
                (double) each.status().reconnects());
        meters.gauge("perilune.device.refused", device, each ->
                (double) each.status().refused());
    }

    /** No link behind the Moon is no fault. */
    private static Optional<String> linkProblem(Device device) {
        var status = device.status();
        if (status.connected() || !status.linkWanted()) {
            return Optional.empty();
        }
        return Optional.of(Optional.ofNullable(status.lastFailure()).orElse("Connecting to the broker"));
    }

    /** The HTTP port it listens on. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        owned.close();
    }
}
