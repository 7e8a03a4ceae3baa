package org.perilune.lunarmodule.telemetry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.attitude.Attitude;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.MissionState;
import org.perilune.lunarmodule.orbit.Body;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.EngineBurn;
import org.perilune.lunarmodule.orbit.LunarOrbit;

/**
 * The simulated truth at one instant; units are in the names.
 *
 * @param time real
 * @param positionDegrees along the orbit from the point under Earth: 180 is behind the Moon
 * @param sunPositionDegrees where along the orbit the Sun stands overhead, counted like the position
 * @param propellantKilograms of the attitude thrusters, which have tanks of their own
 * @param signal received power on the ground's side of the link; -140 is what is received of nothing
 * @param mission running, paused or stopped
 */
record VehicleState(
        @JsonProperty("time") Instant time,
        @JsonProperty("elapsed_seconds") double elapsedSeconds,
        @JsonProperty("status") String status,
        @JsonProperty("position_deg") double positionDegrees,
        @JsonProperty("sun_position_deg") double sunPositionDegrees,
        @JsonProperty("altitude_km") double altitudeKilometres,
        @JsonProperty("speed_m_s") double speedMetresPerSecond,
        @JsonProperty("latitude_deg") double latitudeDegrees,
        @JsonProperty("longitude_deg") double longitudeDegrees,
        @JsonProperty("roll_deg") double rollDegrees,
        @JsonProperty("pitch_deg") double pitchDegrees,
        @JsonProperty("yaw_deg") double yawDegrees,
        @JsonProperty("hull_temperature_c") double hullCelsius,
        @JsonProperty("cabin_temperature_c") double cabinCelsius,
        @JsonProperty("battery_percent") double batteryPercent,
        @JsonProperty("battery_voltage_v") double batteryVolts,
        @JsonProperty("solar_power_w") double panelWatts,
        @JsonProperty("propellant_kg") double propellantKilograms,
        @JsonProperty("signal_dbm") double signal,
        @JsonProperty("link") boolean link,
        @JsonProperty("sunlit") boolean sunlit,
        @JsonProperty("mission") String mission,
        @JsonProperty("period_min") double periodMinutes,
        @JsonProperty("perilune_altitude_km") double periluneKilometres,
        @JsonProperty("apolune_altitude_km") double apoluneKilometres,
        @JsonProperty("engine_propellant_kg") double enginePropellantKilograms,
        @JsonProperty("boots") int boots) {

    private static final double SIGNAL_AT_MEAN_DISTANCE = -97;
    private static final double NO_SIGNAL = -140;
    private static final double MEAN_DISTANCE = 384_400_000;

    static VehicleState of(Instant time, Mission.Situation situation, Systems systems) {
        double elapsed = situation.elapsed(time);
        LunarOrbit orbit = situation.orbit();
        MissionState mission = situation.state();
        Elements elements = orbit.elements();
        Angles attitude = situation
                .commanded(elapsed)
                .plus(Attitude.drift(elapsed, mission.attitude().spentKilograms()))
                .wrapped();
        var motion = orbit.at(elapsed);
        boolean link = orbit.seesEarth(elapsed);
        boolean sunlit = orbit.seesSun(elapsed);
        double distance = Body.EARTH.position(elapsed).distance(motion.position());
        // Free-space loss grows with the square of the distance.
        double signal = SIGNAL_AT_MEAN_DISTANCE
                - 20 * Math.log10(distance / MEAN_DISTANCE)
                - Attitude.pointingLossDecibels(attitude);
        return new VehicleState(
                time,
                elapsed,
                status(link, sunlit),
                orbit.positionAngle(elapsed),
                orbit.sunAngle(elapsed),
                (motion.position().getNorm() - Body.MOON_RADIUS) / 1_000,
                motion.velocity().getNorm(),
                orbit.latitude(elapsed),
                orbit.longitude(elapsed),
                attitude.roll(),
                attitude.pitch(),
                attitude.yaw(),
                systems.hullCelsius(),
                systems.cabinCelsius(),
                systems.batteryPercent(),
                systems.batteryVolts(),
                systems.panelWatts(),
                mission.propellantKilograms(elapsed),
                link ? Math.max(signal, NO_SIGNAL) : NO_SIGNAL,
                link,
                sunlit,
                mission.phase().word(),
                elements.periodSeconds() / 60,
                elements.periluneKilometres(),
                elements.apoluneKilometres(),
                EngineBurn.TANK_KILOGRAMS - mission.trajectory().spentKilograms(),
                mission.boots());
    }

    private static String status(boolean link, boolean sunlit) {
        if (!link) {
            return "behind the Moon";
        }
        return sunlit ? "nominal" : "in shadow";
    }
}
