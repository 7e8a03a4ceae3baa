package org.perilune.lunarmodule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.perilune.chassis.http.HttpService;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.tls.TlsContext;
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
public final class LunarModuleService {
    /** How it is read and started. */
    public static final ServiceDefinition<LunarModuleConfig> DEFINITION =
            new ServiceDefinition<>(Topology.LUNAR_MODULE, LunarModuleConfig::read, LunarModuleService::start);

    private static final Duration DISPATCHER_TIMEOUT = Duration.ofSeconds(10);

    private LunarModuleService() {}

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    public static Service start(LunarModuleConfig config, Clock clock) {
        return HttpService.start(Topology.LUNAR_MODULE, config.http(), clock, parts -> {
            var meters = parts.meters();
            var postgres = parts.own(Postgres.open(config.postgres(), "db/lunar-module", meters));
            var missions = new MissionStore(postgres);
            var plan = new Mission.Plan(config.orbitPeriod(), config.firstLossAfter(), config.timeScale());
            var mission = Mission.open(new MissionFile(config.journal()), missions, plan, clock);
            parts.own(missions.keep(mission));
            var commands = new CommandStore(postgres.jdbi());
            var recorder = parts.own(CommandRecorder.start(postgres, commands, clock));
            var computer = new FlightComputer(mission, clock);
            var opened = mission.now();
            var device = parts.own(device(config, opened, clock, computer, recorder));
            parts.own(computer);
            recorder.catchUp(device::commandEnd);
            measure(device, recorder, meters);
            var flight = parts.own(Flight.start(mission, opened, config.reportInterval(), clock, device));
            computer.beforeManoeuvre(flight::reportNow);
            recorder.onEnd(flight::reportSoon);
            parts.check("postgresql", postgres::problem);
            parts.check("mqtt", () -> linkProblem(device));
            var dispatcher = parts.own(parts.peers()
                    .client(Topology.COMMAND_DISPATCHER.name(), config.commandDispatcher(), DISPATCHER_TIMEOUT));
            var routes = new LunarModuleRoutes(config.mqtt().user(), flight, mission, commands, dispatcher, clock);
            return routes::addTo;
        });
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
        if (mqtt.tls().enabled()) {
            var tls = TlsContext.open(mqtt.tls());
            deviceConfig = deviceConfig.withTls(tls.trustManagers(), tls.keyManagers());
        }
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
}
