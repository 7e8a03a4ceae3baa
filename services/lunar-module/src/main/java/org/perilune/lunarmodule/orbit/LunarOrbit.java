package org.perilune.lunarmodule.orbit;

import java.util.OptionalDouble;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.Transform;
import org.orekit.orbits.KeplerianAnomalyUtility;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * Keplerian motion around the Moon, and what is seen from there.
 *
 * <p>Frame: centred in the Moon, not rotating; x points to the mean Earth at elapsed time 0, z to the Moon's north. The
 * Moon shows Earth always the same side (no libration). Orekit needs no data files for this.
 *
 * <p>Times are seconds of simulated time since the elapsed time 0; lengths are metres. Safe for threads.
 */
public final class LunarOrbit {
    /**
     * In a search for a change of view, equal parts of the eccentric anomaly: near the ground and far from it about
     * equally far apart. A body hidden for less than one of them may be missed.
     */
    private static final double STEP = 2 * Math.PI / 720;

    private static final double SEARCH_REVOLUTIONS = 2.5;
    private static final double TURN_WITHIN_SECONDS = 0.0001;

    private final Elements elements;
    private final KeplerianOrbit orbit;
    private final double meanMotion;

    /** Towards the perilune, and a quarter ahead of it: half axes of the ellipse. */
    private final Vector3D major;

    private final Vector3D minor;

    /** Position in m and velocity in m/s. */
    public record Motion(Vector3D position, Vector3D velocity) {}

    public LunarOrbit(Elements elements) {
        this.elements = elements;
        this.meanMotion = elements.meanMotion();
        this.orbit = new KeplerianOrbit(
                elements.semiMajorAxis(),
                elements.eccentricity(),
                elements.inclination(),
                elements.argumentOfPerilune(),
                elements.node(),
                elements.meanAnomaly(),
                PositionAngleType.MEAN,
                moon(),
                AbsoluteDate.ARBITRARY_EPOCH,
                Constants.JPL_SSD_MOON_GM);
        double eccentricity = elements.eccentricity();
        double toPerilune = -elements.meanAnomaly() / meanMotion;
        var lowest = orbit.shiftedBy(toPerilune).getPVCoordinates();
        this.major = lowest.getPosition().normalize().scalarMultiply(elements.semiMajorAxis());
        this.minor = lowest.getVelocity()
                .normalize()
                .scalarMultiply(elements.semiMajorAxis() * Math.sqrt(1 - eccentricity * eccentricity));
    }

    /**
     * The orbit of what moves so at that time.
     *
     * @param motion bound to the Moon, and not straight up or down
     */
    static LunarOrbit of(Motion motion, double elapsed) {
        var orbit = new KeplerianOrbit(
                new PVCoordinates(motion.position(), motion.velocity()),
                moon(),
                AbsoluteDate.ARBITRARY_EPOCH,
                Constants.JPL_SSD_MOON_GM);
        return new LunarOrbit(new Elements(
                orbit.getA(),
                orbit.getE(),
                orbit.getI(),
                orbit.getPerigeeArgument(),
                orbit.getRightAscensionOfAscendingNode(),
                orbit.getMeanAnomaly(),
                elapsed));
    }

    private static Frame moon() {
        return new Frame(FramesFactory.getGCRF(), Transform.IDENTITY, "Moon", true);
    }

    public Elements elements() {
        return elements;
    }

    public double periodSeconds() {
        return elements.periodSeconds();
    }

    public Motion at(double elapsed) {
        var coordinates = orbit.shiftedBy(elapsed - elements.epochSeconds()).getPVCoordinates();
        return new Motion(coordinates.getPosition(), coordinates.getVelocity());
    }

    public boolean sees(Body body, double elapsed) {
        return Body.sees(position(eccentricAnomaly(elapsed)), body.position(elapsed));
    }

    public boolean seesEarth(double elapsed) {
        return sees(Body.EARTH, elapsed);
    }

    public boolean seesSun(double elapsed) {
        return sees(Body.SUN, elapsed);
    }

    /** The next time after which Earth is in view, or no longer is; empty if not within two revolutions. */
    public OptionalDouble next(double elapsed, boolean view) {
        return turn(Body.EARTH, elapsed, view, elapsed + SEARCH_REVOLUTIONS * periodSeconds());
    }

    /** The next time from which the body is in view, or no longer is; empty if there is none up to the horizon. */
    public OptionalDouble turn(Body body, double elapsed, boolean view, double horizon) {
        long step = (long) Math.floor(eccentricAnomaly(elapsed) / STEP);
        double at = elapsed;
        boolean before = sees(body, elapsed);
        while (at < horizon) {
            step++;
            double anomaly = step * STEP;
            double next = Math.max(at, timeOf(anomaly));
            boolean after = Body.sees(position(anomaly), body.position(next));
            if (after != before && after == view) {
                return OptionalDouble.of(bisect(body, at, next, view));
            }
            before = after;
            at = next;
        }
        return OptionalDouble.empty();
    }

    private double bisect(Body body, double low, double high, boolean view) {
        double from = low;
        double to = high;
        while (to - from > TURN_WITHIN_SECONDS) {
            double middle = (from + to) / 2;
            if (sees(body, middle) == view) {
                to = middle;
            } else {
                from = middle;
            }
        }
        return to;
    }

    /** Growing with time, a whole turn in each revolution. */
    private double eccentricAnomaly(double elapsed) {
        double mean = elements.meanAnomaly() + meanMotion * (elapsed - elements.epochSeconds());
        double turns = 2 * Math.PI * Math.floor(mean / (2 * Math.PI));
        return turns + KeplerianAnomalyUtility.ellipticMeanToEccentric(elements.eccentricity(), mean - turns);
    }

    /** Kepler's equation. */
    private double timeOf(double eccentricAnomaly) {
        double mean = eccentricAnomaly - elements.eccentricity() * FastMath.sin(eccentricAnomaly);
        return elements.epochSeconds() + (mean - elements.meanAnomaly()) / meanMotion;
    }

    private Vector3D position(double eccentricAnomaly) {
        return new Vector3D(
                FastMath.cos(eccentricAnomaly) - elements.eccentricity(), major, FastMath.sin(eccentricAnomaly), minor);
    }

    /** Along the orbit from the point under Earth, degrees: 180 is behind the Moon. */
    public double positionAngle(double elapsed) {
        return alongOrbit(elapsed, at(elapsed).position());
    }

    /** Where along the orbit the Sun stands overhead, degrees from the point under Earth, as {@link #positionAngle}. */
    public double sunAngle(double elapsed) {
        return alongOrbit(elapsed, Body.SUN.position(elapsed));
    }

    private double alongOrbit(double elapsed, Vector3D of) {
        Vector3D normal = Vector3D.crossProduct(major, minor).normalize();
        Vector3D earth = Body.EARTH.position(elapsed).normalize();
        Vector3D inPlane = earth.subtract(Vector3D.dotProduct(earth, normal), normal);
        // Where Earth stands right over the orbit's plane no point is under it: then it is counted from the perilune.
        Vector3D zero = inPlane.getNorm() > 1e-9 ? inPlane.normalize() : major.normalize();
        Vector3D ahead = Vector3D.crossProduct(normal, zero);
        double angle = FastMath.atan2(Vector3D.dotProduct(of, ahead), Vector3D.dotProduct(of, zero));
        return (FastMath.toDegrees(angle) + 360) % 360;
    }

    /** Selenographic, degrees. */
    public double latitude(double elapsed) {
        return FastMath.toDegrees(at(elapsed).position().getDelta());
    }

    /** Selenographic, degrees east, -180 to 180; 0 faces Earth. */
    public double longitude(double elapsed) {
        double angle = at(elapsed).position().getAlpha() - Body.EARTH.longitude(elapsed);
        return FastMath.toDegrees(FastMath.IEEEremainder(angle, 2 * Math.PI));
    }

    /** The cosine of the angle between the Sun and the orbit's plane: what a panel gets that turns around one axis. */
    public double panelExposure(double elapsed) {
        return FastMath.sin(Vector3D.angle(Vector3D.crossProduct(major, minor), Body.SUN.position(elapsed)));
    }
}
