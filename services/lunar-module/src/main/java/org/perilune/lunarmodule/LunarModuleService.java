package org.perilune.lunarmodule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.Topology;
import org.perilune.lunarmodule.command.CommandRecorder;
import org.perilune.lunarmodule.command.CommandStore;
import org.perilune.lunarmodule.command.FlightComputer;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.MissionFile;
import org.perilune.lunarmodule.mission.MissionStore;
import org.perilune.lunarmodule.telemetry.Flight;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceConfig;
import org.perilune.sdk.DeviceKey;

/**
 * A simulated lander in orbit around the Moon, reporting through the same journal and broker as any other device, and
 * executing commands. It flies on while its database is away.
 */
public final class LunarModuleService implements Service {
    private static final Duration DISPATCHER_TIMEOUT = Duration.ofSeconds(10);

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
            var missions = new MissionStore(postgres);
            var plan = new Mission.Plan(config.orbitPeriod(), config.firstLossAfter(), config.timeScale());
            var mission = Mission.open(new MissionFile(config.journal()), missions, plan, clock);
            owned.add(missions.keep(mission));
            var commands = new CommandStore(postgres.jdbi());
            var recorder = owned.add(CommandRecorder.start(postgres, commands, clock));
            var computer = new FlightComputer(mission, clock);
            var opened = mission.now();
            var device = owned.add(device(config, opened, clock, computer, recorder));
            owned.add(computer);
            recorder.catchUp(device::commandEnd);
            measure(device, recorder, meters);
            var flight = owned.add(Flight.start(mission, opened, config.reportInterval(), clock, device));
            computer.beforeManoeuvre(flight::reportNow);
            recorder.onEnd(flight::reportSoon);
            health.add("postgresql", postgres::problem);
            health.add("mqtt", () -> linkProblem(device));
            var dispatcher = owned.add(ServiceClient.open(
                    Topology.COMMAND_DISPATCHER.name(), config.commandDispatcher(), DISPATCHER_TIMEOUT));
            var routes = new LunarModuleRoutes(config.mqtt().user(), flight, mission, commands, dispatcher, clock);
            var verifier = owned.add(TokenVerifier.open(config.http().tokens(), meters, clock));
            var http = owned.add(HttpListener.open(
                    config.http(), Topology.LUNAR_MODULE.name(), health, meters, verifier, routes::addTo));
            return new LunarModuleService(http.port(), owned);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    private static Device device(
            LunarModuleConfig config,
            Mission.Situation situation,
            Clock clock,
            FlightComputer computer,
            CommandRecorder recorder) {
        var mqtt = config.mqtt();
        var deviceConfig = DeviceConfig.of(
                mqtt.user(), DeviceKey.of(mqtt.password().reveal()), mqtt.host(), mqtt.port(), config.journal());
        var description = Flight.description(situation, config.reportInterval(), clock.instant());
        return Device.open(deviceConfig, description, clock, computer, recorder);
    }

    private static void measure(Device device, CommandRecorder recorder, MeterRegistry meters) {
        meters.gauge("perilune.device.commands.unwritten", recorder, CommandRecorder::unwritten);
        meters.gauge("perilune.device.commands.left.out", recorder, CommandRecorder::leftOut);
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
    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        owned.close();
    }
}
