package org.perilune.lunarmodule.command;

import static java.util.Locale.ROOT;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.attitude.Slew;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.Mission.Situation;
import org.perilune.lunarmodule.mission.Phase;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.EngineBurn;
import org.perilune.lunarmodule.orbit.Refusal;
import org.perilune.sdk.CommandHandler;
import org.perilune.sdk.CommandOutcome;
import org.perilune.sdk.DeviceCommand;

/**
 * Does what it is told. What a command changed is on disk before the command counts as done. Safe for threads: an
 * emergency stop comes while something else is being done. Close it before the device, which waits for it.
 */
public final class FlightComputer implements CommandHandler, AutoCloseable {
    /** How late it may be noticed that this is being closed. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Mission mission;
    private final Clock clock;
    private volatile Runnable beforeManoeuvre = () -> {};
    private volatile boolean closing;

    public FlightComputer(Mission mission, Clock clock) {
        this.mission = mission;
        this.clock = clock;
    }

    /** Is called right before a manoeuvre begins, so that telemetry shows what it changed. */
    public void beforeManoeuvre(Runnable reporting) {
        beforeManoeuvre = reporting;
    }

    @Override
    public boolean urgent(String type) {
        return type.equals(CommandType.EMERGENCY_STOP.name());
    }

    @Override
    public Optional<String> objection(DeviceCommand command) {
        try {
            Situation now = mission.now();
            CommandRules.check(command, now, now.elapsed(clock.instant()));
            if (command.type().equals(CommandType.FIRE_ENGINE.name())) {
                beforeManoeuvre.run();
            }
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refusal.reason());
        }
    }

    /** What {@link #objection} refuses is refused here as well: meanwhile the mission may have been stopped. */
    @Override
    public CommandOutcome execute(DeviceCommand command) {
        try {
            Situation now = mission.now();
            CommandRules.check(command, now, now.elapsed(clock.instant()));
            return switch (CommandType.valueOf(command.type())) {
                case START_MISSION -> start();
                case PAUSE_MISSION -> pause();
                case EMERGENCY_STOP -> stop();
                case RESET_SYSTEM -> reset();
                case SET_REPORT_INTERVAL -> reportEvery(command.number("interval"));
                case SET_ATTITUDE -> turn(CommandRules.target(command));
                case FIRE_ENGINE -> fire(command.number("delta_v"));
            };
        } catch (Refusal refusal) {
            return CommandOutcome.rejected(refusal.reason());
        }
    }

    private CommandOutcome start() {
        mission.change((before, elapsed) -> before.state().with(Phase.RUNNING));
        return CommandOutcome.completed("The mission is running");
    }

    private CommandOutcome pause() throws Refusal {
        mission.change((before, elapsed) -> {
            CommandRules.mayPause(before.state().phase());
            return before.state().with(Phase.PAUSED);
        });
        return CommandOutcome.completed("The mission is paused: no manoeuvres before START_MISSION");
    }

    private CommandOutcome stop() {
        mission.change((before, elapsed) -> before.state()
                .with(Phase.STOPPED)
                .with(before.state().attitude().stopped(elapsed)));
        return CommandOutcome.completed("The mission is stopped, turning is over, the engine is inhibited");
    }

    private CommandOutcome reset() {
        Situation now = mission.change((before, elapsed) -> before.state().reset(elapsed));
        boolean turns = now.state().attitude().to().equals(Angles.LEVEL);
        return CommandOutcome.completed(
                "The mission is running, reports come as configured, "
                        + (turns ? "the vehicle turns to level flight" : "there is no propellant left to turn with"),
                Map.of("boots", now.state().boots()));
    }

    private CommandOutcome reportEvery(double seconds) {
        mission.change((before, elapsed) -> before.state().withReportInterval(seconds));
        return CommandOutcome.completed(String.format(ROOT, "A reading every %s s", seconds));
    }

    private CommandOutcome fire(double deltaV) throws Refusal {
        // In the change, not before: the place of the burn is where the vehicle is then.
        Situation now =
                mission.change((before, elapsed) -> before.state().after(CommandRules.burn(before, elapsed, deltaV)));
        Elements orbit = now.orbit().elements();
        double left = EngineBurn.TANK_KILOGRAMS - now.state().trajectory().spentKilograms();
        var results = new LinkedHashMap<String, Object>();
        results.put("period", orbit.periodSeconds() / 60);
        results.put("perilune_altitude", orbit.periluneKilometres());
        results.put("apolune_altitude", orbit.apoluneKilometres());
        results.put("speed", now.orbit().at(orbit.epochSeconds()).velocity().getNorm());
        results.put("engine_propellant", left);
        return CommandOutcome.completed(
                String.format(
                        ROOT,
                        "The orbit is %.0f by %.0f km now, one revolution takes %.1f min; %.0f kg of propellant are left",
                        orbit.periluneKilometres(),
                        orbit.apoluneKilometres(),
                        orbit.periodSeconds() / 60,
                        left),
                results);
    }

    /** Returns when the attitude is reached, or it is certain that it will not be. */
    private CommandOutcome turn(Angles target) throws Refusal {
        Situation begun = mission.change((before, elapsed) -> {
            CommandRules.mayManoeuvre(before.state().phase());
            CommandRules.mayTurn(before.state(), target, elapsed);
            return before.state().with(before.state().attitude().towards(target, elapsed));
        });
        Slew slew = begun.state().attitude();
        while (true) {
            if (!mission.now().state().attitude().equals(slew)) {
                return CommandOutcome.failed(
                        "stopped by EMERGENCY_STOP at " + words(mission.now().commanded(slew.reachedAt())));
            }
            Duration left = Duration.between(clock.instant(), begun.instantOf(slew.reachedAt()));
            if (!left.isPositive()) {
                return CommandOutcome.completed("Holding " + words(target));
            }
            if (closing || !pause(slew, left.compareTo(LOOK) < 0 ? left : LOOK)) {
                return CommandOutcome.failed("The module was shut down while it turned; it goes on when it is started");
            }
        }
    }

    /** False if it is to be given up. */
    private boolean pause(Slew slew, Duration atMost) {
        try {
            boolean _ = mission.await(state -> !state.attitude().equals(slew), atMost);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String words(Angles angles) {
        return String.format(ROOT, "roll %.1f°, pitch %.1f°, yaw %.1f°", angles.roll(), angles.pitch(), angles.yaw());
    }

    @Override
    public void close() {
        closing = true;
    }
}
