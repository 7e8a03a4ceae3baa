package org.perilune.lunarmodule.orbit;

import org.hipparchus.util.FastMath;
import org.orekit.utils.Constants;

/**
 * What an orbit is known by; angles in radians, in {@link LunarOrbit}'s frame.
 *
 * @param semiMajorAxis metres
 * @param eccentricity from 0, below 1
 * @param meanAnomaly at the epoch
 * @param epochSeconds the simulated time from which the orbit holds
 */
public record Elements(
        double semiMajorAxis,
        double eccentricity,
        double inclination,
        double argumentOfPerilune,
        double node,
        double meanAnomaly,
        double epochSeconds) {
    private static final double FIRST_ECCENTRICITY = 0.05;
    private static final double FIRST_INCLINATION = Math.toRadians(12);
    private static final double FIRST_ARGUMENT_OF_PERILUNE = Math.toRadians(40);
    private static final double FIRST_NODE = Math.toRadians(20);

    /** What every mission begins with; the period gives the size by Kepler's third law. */
    public static Elements first(double periodSeconds) {
        double meanMotion = 2 * Math.PI / periodSeconds;
        return new Elements(
                FastMath.cbrt(Constants.JPL_SSD_MOON_GM / (meanMotion * meanMotion)),
                FIRST_ECCENTRICITY,
                FIRST_INCLINATION,
                FIRST_ARGUMENT_OF_PERILUNE,
                FIRST_NODE,
                0,
                0);
    }

    /** Radians a second. */
    double meanMotion() {
        return Math.sqrt(Constants.JPL_SSD_MOON_GM / semiMajorAxis) / semiMajorAxis;
    }

    public double periodSeconds() {
        return 2 * Math.PI / meanMotion();
    }

    /** Of the lowest point, above the Moon's mean radius. */
    public double periluneKilometres() {
        return (semiMajorAxis * (1 - eccentricity) - Body.MOON_RADIUS) / 1_000;
    }

    /** Of the highest point, above the Moon's mean radius. */
    public double apoluneKilometres() {
        return (semiMajorAxis * (1 + eccentricity) - Body.MOON_RADIUS) / 1_000;
    }
}
