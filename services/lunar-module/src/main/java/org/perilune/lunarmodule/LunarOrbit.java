package org.perilune.lunarmodule;

import java.time.Duration;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.Transform;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;

/**
 * Keplerian motion around the Moon, and where Earth and Sun stand meanwhile.
 *
 * <p>Frame: centred in the Moon, not rotating; x points to the mean Earth at elapsed time 0, z to the Moon's north.
 * A simple sky suffices: the planes of the Moon's equator, its orbit and the ecliptic are taken as one (they differ by
 * 1.5° and 5.1°), Earth and Sun go around in circles, and the Moon shows Earth always the same side (no libration).
 * Orekit needs no data files for this.
 *
 * <p>Times are seconds of simulated time since the elapsed time 0; lengths are metres. Safe for threads.
 */
final class LunarOrbit {
    /** Mean radius: IAU Working Group on Cartographic Coordinates, https://doi.org/10.1007/s10569-017-9805-5 */
    static final double MOON_RADIUS = 1_737_400;

    static final double ECCENTRICITY = 0.05;

    /** Mean values: https://nssdc.gsfc.nasa.gov/planetary/factsheet/moonfact.html */
    private static final double EARTH_DISTANCE = 384_400_000;

    private static final double EARTH_RATE = 2 * Math.PI / (27.321_661 * 86_400);
    private static final double SUN_DISTANCE = Constants.IAU_2012_ASTRONOMICAL_UNIT;
    private static final double SUN_RATE = 2 * Math.PI / (365.256_36 * 86_400);
    private static final double SUN_LONGITUDE_AT_ZERO = Math.toRadians(70);
    private static final double INCLINATION = Math.toRadians(12);
    private static final double ARGUMENT_OF_PERILUNE = Math.toRadians(40);
    private static final double NODE = Math.toRadians(20);

    private final KeplerianOrbit orbit;
    private final double periodSeconds;

    /** Position in m and velocity in m/s. */
    record Motion(Vector3D position, Vector3D velocity) {}

    LunarOrbit(Duration period) {
        periodSeconds = period.toNanos() / 1e9;
        Frame moon = new Frame(FramesFactory.getGCRF(), Transform.IDENTITY, "Moon", true);
        orbit = new KeplerianOrbit(
                semiMajorAxis(),
                ECCENTRICITY,
                INCLINATION,
                ARGUMENT_OF_PERILUNE,
                NODE,
                0,
                PositionAngleType.MEAN,
                moon,
                AbsoluteDate.ARBITRARY_EPOCH,
                Constants.JPL_SSD_MOON_GM);
    }

    /** Kepler's third law. */
    double semiMajorAxis() {
        double meanMotion = 2 * Math.PI / periodSeconds;
        return FastMath.cbrt(Constants.JPL_SSD_MOON_GM / (meanMotion * meanMotion));
    }

    double periodSeconds() {
        return periodSeconds;
    }

    Motion at(double elapsed) {
        var coordinates = orbit.shiftedBy(elapsed).getPVCoordinates();
        return new Motion(coordinates.getPosition(), coordinates.getVelocity());
    }

    Vector3D earth(double elapsed) {
        return inPlane(EARTH_RATE * elapsed, EARTH_DISTANCE);
    }

    Vector3D sun(double elapsed) {
        return inPlane(SUN_LONGITUDE_AT_ZERO + SUN_RATE * elapsed, SUN_DISTANCE);
    }

    private static Vector3D inPlane(double angle, double distance) {
        return new Vector3D(distance * FastMath.cos(angle), distance * FastMath.sin(angle), 0);
    }

    boolean seesEarth(double elapsed) {
        return sees(at(elapsed).position(), earth(elapsed));
    }

    boolean seesSun(double elapsed) {
        return sees(at(elapsed).position(), sun(elapsed));
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

    /** The next instant after which Earth is in view, or no longer is; within a millisecond. */
    double next(double elapsed, boolean view) {
        double step = periodSeconds / 720;
        double at = elapsed;
        boolean before = seesEarth(at);
        // Every revolution goes behind the Moon: two of them hold both turns.
        while (at < elapsed + 2.5 * periodSeconds) {
            boolean after = seesEarth(at + step);
            if (after != before && after == view) {
                return bisect(at, at + step, view);
            }
            before = after;
            at += step;
        }
        throw new IllegalStateException("The orbit does not pass behind the Moon");
    }

    private double bisect(double low, double high, boolean view) {
        double from = low;
        double to = high;
        while (to - from > 0.001) {
            double middle = (from + to) / 2;
            if (seesEarth(middle) == view) {
                to = middle;
            } else {
                from = middle;
            }
        }
        return to;
    }

    /** Along the orbit from the point under Earth, degrees: 180 is behind the Moon. */
    double positionAngle(double elapsed) {
        return alongOrbit(elapsed, at(elapsed).position());
    }

    /** Where along the orbit the Sun stands overhead, degrees from the point under Earth, as {@link #positionAngle}. */
    double sunAngle(double elapsed) {
        return alongOrbit(elapsed, sun(elapsed));
    }

    private double alongOrbit(double elapsed, Vector3D of) {
        Motion motion = at(elapsed);
        Vector3D normal =
                Vector3D.crossProduct(motion.position(), motion.velocity()).normalize();
        Vector3D earth = earth(elapsed);
        Vector3D zero =
                earth.subtract(Vector3D.dotProduct(earth, normal), normal).normalize();
        Vector3D ahead = Vector3D.crossProduct(normal, zero);
        double angle = FastMath.atan2(Vector3D.dotProduct(of, ahead), Vector3D.dotProduct(of, zero));
        return (FastMath.toDegrees(angle) + 360) % 360;
    }

    /** Selenographic, degrees. */
    double latitude(double elapsed) {
        return FastMath.toDegrees(at(elapsed).position().getDelta());
    }

    /** Selenographic, degrees east, -180 to 180; 0 faces Earth. */
    double longitude(double elapsed) {
        double angle = at(elapsed).position().getAlpha() - EARTH_RATE * elapsed;
        return FastMath.toDegrees(FastMath.IEEEremainder(angle, 2 * Math.PI));
    }

    /** The cosine of the angle between the Sun and the orbit's plane: what a panel gets that turns around one axis. */
    double panelExposure(double elapsed) {
        Motion motion = at(elapsed);
        Vector3D normal = Vector3D.crossProduct(motion.position(), motion.velocity());
        return FastMath.sin(Vector3D.angle(normal, sun(elapsed)));
    }
}
