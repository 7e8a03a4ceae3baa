package org.perilune.lunarmodule.orbit;

import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.utils.Constants;

/**
 * What is seen from the orbit, and where it stands in {@link LunarOrbit}'s frame.
 *
 * <p>A simple sky suffices: the planes of the Moon's equator, its orbit and the ecliptic are taken as one (they differ
 * by 1.5° and 5.1°), Earth and Sun go around in circles. Mean values:
 * https://nssdc.gsfc.nasa.gov/planetary/factsheet/moonfact.html
 */
public enum Body {
    EARTH(384_400_000, 27.321_661, 0),
    SUN(Constants.IAU_2012_ASTRONOMICAL_UNIT, 365.256_36, 70);

    /** Mean radius: IAU Working Group on Cartographic Coordinates, https://doi.org/10.1007/s10569-017-9805-5 */
    public static final double MOON_RADIUS = 1_737_400;

    private final double distance;
    private final double rate;
    private final double longitudeAtZero;

    Body(double distanceMetres, double revolutionDays, double degreesAtZero) {
        distance = distanceMetres;
        rate = 2 * Math.PI / (revolutionDays * 86_400);
        longitudeAtZero = Math.toRadians(degreesAtZero);
    }

    /** Radians, counted in the frame's x-y plane, at a simulated time in seconds. */
    double longitude(double elapsed) {
        return longitudeAtZero + rate * elapsed;
    }

    /** Metres from the Moon's centre. */
    public Vector3D position(double elapsed) {
        double angle = longitude(elapsed);
        return new Vector3D(distance * FastMath.cos(angle), distance * FastMath.sin(angle), 0);
    }

    /**
     * Whether the straight line between the two misses the Moon's sphere: its point nearest to the centre lies beyond
     * one of the ends, or outside the radius. See "SIGHT" in D. Vallado, Fundamentals of Astrodynamics and
     * Applications, chapter 5. Bodies are points: no penumbra.
     */
    static boolean sees(Vector3D from, Vector3D to) {
        Vector3D line = to.subtract(from);
        double nearest = -Vector3D.dotProduct(from, line) / line.getNormSq();
        if (nearest <= 0 || nearest >= 1) {
            return true;
        }
        return from.add(nearest, line).getNormSq() > MOON_RADIUS * MOON_RADIUS;
    }
}
