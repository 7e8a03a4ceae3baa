package org.perilune.lunarmodule.command;

import static java.util.Locale.ROOT;

import java.util.TreeSet;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.mission.Mission.Situation;
import org.perilune.lunarmodule.mission.MissionState;
import org.perilune.lunarmodule.mission.Phase;
import org.perilune.lunarmodule.orbit.EngineBurn;
import org.perilune.lunarmodule.orbit.Refusal;
import org.perilune.sdk.DeviceCommand;

/** What is refused before it begins, whatever the ground has checked. */
public final class CommandRules {
    private static final double SHORTEST_INTERVAL_SECONDS = 0.1;
    private static final double LONGEST_INTERVAL_SECONDS = 3_600;
    private static final double FARTHEST_TURN_DEGREES = 30;

    private CommandRules() {}

    /**
     * @param elapsed simulated time of now
     * @throws Refusal with the reason
     */
    static void check(DeviceCommand command, Situation now, double elapsed) throws Refusal {
        CommandType type = known(command);
        Phase phase = now.state().phase();
        switch (type) {
            case START_MISSION, EMERGENCY_STOP, RESET_SYSTEM -> {}
            case PAUSE_MISSION -> mayPause(phase);
            case SET_REPORT_INTERVAL ->
                within(command, "interval", SHORTEST_INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS, "s");
            case SET_ATTITUDE -> {
                mayManoeuvre(phase);
                for (String axis : command.arguments().keySet()) {
                    within(command, axis, -FARTHEST_TURN_DEGREES, FARTHEST_TURN_DEGREES, "°");
                }
                mayTurn(now.state(), target(command), elapsed);
            }
            case FIRE_ENGINE -> burn(now, elapsed, number(command, "delta_v"));
        }
    }

    private static CommandType known(DeviceCommand command) throws Refusal {
        CommandType type = CommandType.of(command.type())
                .orElseThrow(() -> new Refusal(
                        "There is no command " + command.type() + " here; there are " + CommandType.names()));
        var unknown = new TreeSet<>(command.arguments().keySet());
        unknown.removeAll(type.arguments());
        if (!unknown.isEmpty()) {
            throw new Refusal(type + " has no argument " + String.join(", ", unknown));
        }
        return type;
    }

    static void mayPause(Phase phase) throws Refusal {
        if (phase == Phase.STOPPED) {
            throw new Refusal("The mission is stopped; START_MISSION or RESET_SYSTEM comes first");
        }
    }

    static void mayManoeuvre(Phase phase) throws Refusal {
        switch (phase) {
            case RUNNING -> {}
            case PAUSED -> throw new Refusal("The mission is paused: no manoeuvres before START_MISSION");
            case STOPPED ->
                throw new Refusal(
                        "The mission is stopped and the engine inhibited until START_MISSION or RESET_SYSTEM");
        }
    }

    static Angles target(DeviceCommand command) {
        return new Angles(axis(command, "roll"), axis(command, "pitch"), axis(command, "yaw"));
    }

    private static double axis(DeviceCommand command, String name) {
        return command.has(name) ? command.number(name) : 0;
    }

    public static void mayTurn(MissionState state, Angles target, double elapsed) throws Refusal {
        if (!state.canTurn(target, elapsed)) {
            throw new Refusal(String.format(
                    ROOT,
                    "The turn would take %.2f kg of the attitude thrusters' propellant; %.2f kg are left",
                    state.attitude().costTo(target, elapsed),
                    state.propellantKilograms(elapsed)));
        }
    }

    /** The burn, if it may be done at that time. */
    public static EngineBurn burn(Situation now, double elapsed, double deltaV) throws Refusal {
        mayManoeuvre(now.state().phase());
        if (deltaV == 0 || !Double.isFinite(deltaV)) {
            throw new Refusal("delta_v is " + deltaV + " m/s; it must be a number other than 0");
        }
        if (now.state().propellantKilograms(elapsed) == 0) {
            throw new Refusal("The attitude thrusters' tanks are empty: the vehicle could not be held during a burn");
        }
        return EngineBurn.of(now.orbit(), elapsed, now.state().trajectory().spentKilograms(), deltaV);
    }

    private static void within(DeviceCommand command, String argument, double least, double most, String unit)
            throws Refusal {
        double value = number(command, argument);
        // The other way round a value that is no number would pass.
        if (!(value >= least && value <= most)) {
            throw new Refusal(String.format(
                    ROOT, "%s is %s %s; it must be from %s to %s %s", argument, value, unit, least, most, unit));
        }
    }

    private static double number(DeviceCommand command, String name) throws Refusal {
        try {
            return command.number(name);
        } catch (IllegalArgumentException missing) {
            throw new Refusal(String.valueOf(missing.getMessage()));
        }
    }
}
