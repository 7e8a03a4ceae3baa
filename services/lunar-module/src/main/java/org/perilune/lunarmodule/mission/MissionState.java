package org.perilune.lunarmodule.mission;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.perilune.chassis.json.Json;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.attitude.Attitude;
import org.perilune.lunarmodule.attitude.Slew;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.EngineBurn;
import org.perilune.lunarmodule.orbit.LunarOrbit;
import org.perilune.lunarmodule.orbit.Trajectory;

/**
 * All that the flight must not forget; everything else follows from it and the time.
 *
 * @param reportIntervalSeconds as commanded; 0: as configured
 * @param boots how often the on-board computer was reset
 */
public record MissionState(
        MissionTime time, Trajectory trajectory, Phase phase, Slew attitude, double reportIntervalSeconds, int boots) {

    private static final ObjectReader STATE = Json.tolerant()
            .without(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .forType(MissionState.class);

    /** @see MissionTime#first */
    static MissionState first(Duration period, Instant now, double scale, Duration firstLossAfter) {
        double seconds = seconds(period);
        return begunAt(MissionTime.first(new LunarOrbit(Elements.first(seconds)), now, scale, firstLossAfter), seconds);
    }

    /** As it was kept, also by a version that knew less of it, or more. */
    public static MissionState read(byte[] json) throws IOException {
        return STATE.readValue(json);
    }

    /** Nothing was commanded yet. */
    public static MissionState begunAt(MissionTime time, double periodSeconds) {
        var level = Slew.holding(Angles.LEVEL, time.elapsedSeconds(), 0);
        return new MissionState(time, Trajectory.first(periodSeconds), Phase.RUNNING, level, 0, 0);
    }

    /** What a start makes of what was kept, under settings that may have changed. */
    MissionState under(Duration period, Instant now, double scale) {
        return new MissionState(
                time.withScale(now, scale),
                trajectory.under(seconds(period)),
                phase,
                attitude,
                reportIntervalSeconds,
                boots);
    }

    public static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    public Duration reportInterval(Duration configured) {
        return reportIntervalSeconds == 0 ? configured : Duration.ofNanos(Math.round(reportIntervalSeconds * 1e9));
    }

    public MissionState after(EngineBurn burn) {
        return new MissionState(time, trajectory.after(burn), phase, attitude, reportIntervalSeconds, boots);
    }

    public MissionState with(Phase newPhase) {
        return new MissionState(time, trajectory, newPhase, attitude, reportIntervalSeconds, boots);
    }

    public MissionState with(Slew newAttitude) {
        return new MissionState(time, trajectory, phase, newAttitude, reportIntervalSeconds, boots);
    }

    /** @param seconds 0: as configured */
    public MissionState withReportInterval(double seconds) {
        return new MissionState(time, trajectory, phase, attitude, seconds, boots);
    }

    /** The orbit is none of the computer's settings: it stays. */
    public MissionState reset(double elapsed) {
        Slew level = canTurn(Angles.LEVEL, elapsed) ? attitude.towards(Angles.LEVEL, elapsed) : attitude;
        return new MissionState(time, trajectory, Phase.RUNNING, level, 0, boots + 1);
    }

    /** Whether the propellant for it is there. */
    public boolean canTurn(Angles target, double elapsed) {
        return attitude.costTo(target, elapsed) <= propellantKilograms(elapsed);
    }

    /** For the attitude, left. */
    public double propellantKilograms(double elapsed) {
        return Attitude.propellantKilograms(elapsed, attitude.spentKilograms());
    }
}
