package org.perilune.lunarmodule.orbit;

import static java.util.Locale.ROOT;

import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.utils.Constants;
import org.perilune.lunarmodule.orbit.LunarOrbit.Motion;

/**
 * A firing of the descent engine along the flight: what it costs, and the orbit it leads to. It is taken as impulsive;
 * the engine's 44 kN would need half a minute for 100 m/s, of an orbit of hours.
 *
 * <p>The vehicle is Apollo's lunar module: 15,264 kg, of which 8,248 kg are propellant of the descent engine
 * (R. Orloff, Apollo by the Numbers, NASA SP-2000-4029), 311 s of specific impulse
 * (https://nssdc.gsfc.nasa.gov/nmc/spacecraft/display.action?id=1969-059C).
 *
 * @param propellantKilograms what it spends
 */
public record EngineBurn(LunarOrbit orbit, double propellantKilograms) {
    public static final double TANK_KILOGRAMS = 8_248;

    private static final double FULL_KILOGRAMS = 15_264;
    private static final double EXHAUST_SPEED = 311 * Constants.G0_STANDARD_GRAVITY;
    private static final double LOWEST_PERILUNE_KILOMETRES = 15;
    private static final double HIGHEST_APOLUNE_KILOMETRES = 20_000;

    /** By the rocket equation: K. Tsiolkovsky, 1903; https://www.grc.nasa.gov/www/k-12/airplane/rocket.html */
    public static double propellant(double massKilograms, double deltaV) {
        return massKilograms * (1 - Math.exp(-Math.abs(deltaV) / EXHAUST_SPEED));
    }

    /** With what is left for the engine; what the attitude thrusters spend is too little to count. */
    static double mass(double spentKilograms) {
        return FULL_KILOGRAMS - spentKilograms;
    }

    /**
     * @param spentKilograms the engine's propellant that earlier burns took
     * @param deltaV m/s, with the flight or, negative, against it
     * @throws Refusal if the propellant does not suffice, or the orbit would not do
     */
    public static EngineBurn of(LunarOrbit orbit, double elapsed, double spentKilograms, double deltaV) throws Refusal {
        double left = TANK_KILOGRAMS - spentKilograms;
        double needed = propellant(mass(spentKilograms), deltaV);
        if (needed > left) {
            throw new Refusal(String.format(
                    ROOT, "%.1f m/s would take %.0f kg of propellant; %.0f kg are left", deltaV, needed, left));
        }
        Motion before = orbit.at(elapsed);
        double speed = before.velocity().getNorm();
        Vector3D velocity = before.velocity().scalarMultiply((speed + deltaV) / speed);
        var after = new Motion(before.position(), velocity);
        check(after, deltaV);
        return new EngineBurn(LunarOrbit.of(after, elapsed), needed);
    }

    /** From energy and angular momentum, before an ellipse is asked of what may be none. */
    private static void check(Motion motion, double deltaV) throws Refusal {
        double radius = motion.position().getNorm();
        double parameter = Constants.JPL_SSD_MOON_GM;
        double inverse = 2 / radius - motion.velocity().getNormSq() / parameter;
        if (inverse <= 0) {
            throw new Refusal(String.format(
                    ROOT,
                    "After %.1f m/s the speed would be %.0f m/s, and the escape speed here is %.0f m/s",
                    deltaV,
                    motion.velocity().getNorm(),
                    Math.sqrt(2 * parameter / radius)));
        }
        double axis = 1 / inverse;
        double momentum =
                Vector3D.crossProduct(motion.position(), motion.velocity()).getNormSq();
        double eccentricity = Math.sqrt(Math.max(0, 1 - momentum / (parameter * axis)));
        double perilune = (axis * (1 - eccentricity) - Body.MOON_RADIUS) / 1_000;
        if (perilune < LOWEST_PERILUNE_KILOMETRES) {
            throw new Refusal(String.format(
                    ROOT,
                    "After %.1f m/s the lowest point would be at %.0f km; it must not be below %.0f km",
                    deltaV,
                    perilune,
                    LOWEST_PERILUNE_KILOMETRES));
        }
        double apolune = (axis * (1 + eccentricity) - Body.MOON_RADIUS) / 1_000;
        if (apolune > HIGHEST_APOLUNE_KILOMETRES) {
            throw new Refusal(String.format(
                    ROOT,
                    "After %.1f m/s the highest point would be at %.0f km; it must not be above %.0f km",
                    deltaV,
                    apolune,
                    HIGHEST_APOLUNE_KILOMETRES));
        }
    }
}
