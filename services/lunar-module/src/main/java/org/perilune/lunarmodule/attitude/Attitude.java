package org.perilune.lunarmodule.attitude;

/**
 * How the vehicle holds itself: around the commanded attitude it drifts to the edge of a dead band, a thruster sends it
 * back, and so on. Times are seconds of simulated time.
 */
public final class Attitude {
    private static final Axis ROLL = new Axis(0.5, 1_260, 100);
    private static final Axis PITCH = new Axis(0.4, 1_530, 700);
    private static final Axis YAW = new Axis(0.6, 1_890, 300);

    private static final double PROPELLANT_AT_ZERO_KILOGRAMS = 287;

    /** One smallest firing: 6.2 N·s at 290 s of specific impulse. */
    private static final double FIRING_KILOGRAMS = 0.0022;

    private static final double ALL_ROUND_LOSS_DECIBELS = 25;

    private Attitude() {}

    private record Axis(double bandDegrees, double cycleSeconds, double offsetSeconds) {
        double at(double elapsed) {
            double phase = phase(elapsed);
            return bandDegrees * (phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase);
        }

        double degreesPerSecond(double elapsed) {
            return (phase(elapsed) < 0.5 ? 4 : -4) * bandDegrees / cycleSeconds;
        }

        private double phase(double elapsed) {
            return Math.floorMod((long) (1_000 * (elapsed + offsetSeconds)), (long) (1_000 * cycleSeconds))
                    / (1_000 * cycleSeconds);
        }

        double firingsPerSecond() {
            return 2 / cycleSeconds;
        }

        double firings(double elapsed) {
            return Math.floor(firingsPerSecond() * Math.max(0, elapsed));
        }
    }

    /**
     * From the attitude that is to be held. When the tanks are empty nothing sends the vehicle back: it goes on turning
     * as it did then.
     *
     * @param spentKilograms by turns
     */
    public static Angles drift(double elapsed, double spentKilograms) {
        double held = Math.min(elapsed, emptyAt(spentKilograms));
        Angles last = new Angles(ROLL.at(held), PITCH.at(held), YAW.at(held));
        return last.plus(
                new Angles(ROLL.degreesPerSecond(held), PITCH.degreesPerSecond(held), YAW.degreesPerSecond(held))
                        .times(elapsed - held));
    }

    /**
     * What is left.
     *
     * @param spentKilograms by turns
     */
    public static double propellantKilograms(double elapsed, double spentKilograms) {
        double firings = ROLL.firings(elapsed) + PITCH.firings(elapsed) + YAW.firings(elapsed);
        return Math.max(0, PROPELLANT_AT_ZERO_KILOGRAMS - spentKilograms - firings * FIRING_KILOGRAMS);
    }

    /** When holding the attitude takes the last of it, simulated seconds. */
    private static double emptyAt(double spentKilograms) {
        double perSecond =
                FIRING_KILOGRAMS * (ROLL.firingsPerSecond() + PITCH.firingsPerSecond() + YAW.firingsPerSecond());
        return Math.max(0, PROPELLANT_AT_ZERO_KILOGRAMS - spentKilograms) / perSecond;
    }

    /**
     * What the antenna loses for pointing off by pitch and yaw: a beam of 10° between half-power points. Far off it, the
     * antenna that sees all sides takes over, so that a turn never ends the link.
     */
    public static double pointingLossDecibels(Angles attitude) {
        double off = Math.hypot(attitude.pitch(), attitude.yaw()) / 10;
        return Math.min(12 * off * off, ALL_ROUND_LOSS_DECIBELS);
    }
}
