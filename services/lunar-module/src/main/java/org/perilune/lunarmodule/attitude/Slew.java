package org.perilune.lunarmodule.attitude;

/**
 * A turn to a commanded attitude; over, it is the attitude that is held. All that is to be known of it is how it began,
 * so that it goes on over a restart.
 *
 * @param begun simulated time, seconds
 * @param spentKilograms what this turn and all before it took of the attitude thrusters' propellant
 */
public record Slew(Angles from, Angles to, double begun, double spentKilograms) {
    /** Of simulated time, about the axis that has the longest way. */
    static final double DEGREES_PER_SECOND = 1;

    /**
     * To begin and to end a turn about one axis at the full rate: 25,000 kg·m² on arms of 1.7 m, at 290 s of specific
     * impulse.
     */
    private static final double AXIS_KILOGRAMS = 0.18;

    /** Holding an attitude that is there already. */
    public static Slew holding(Angles attitude, double elapsed, double spentKilograms) {
        return new Slew(attitude, attitude, elapsed, spentKilograms);
    }

    public Slew towards(Angles target, double elapsed) {
        return new Slew(at(elapsed), target, elapsed, spentKilograms + costTo(target, elapsed));
    }

    /** Kilograms of propellant: each axis by how fast it turns. */
    public double costTo(Angles target, double elapsed) {
        Angles way = target.minus(at(elapsed));
        return way.largest() == 0 ? 0 : AXIS_KILOGRAMS * way.sum() / way.largest();
    }

    /** Stopped where it is. */
    public Slew stopped(double elapsed) {
        return holding(at(elapsed), elapsed, spentKilograms);
    }

    /** What is to be known of it at a time: no longer how it began, when it is over. */
    public Slew settledBy(double elapsed) {
        return elapsed >= reachedAt() ? holding(to, reachedAt(), spentKilograms) : this;
    }

    public Angles at(double elapsed) {
        double duration = reachedAt() - begun;
        if (elapsed >= reachedAt() || duration <= 0) {
            return to;
        }
        return from.plus(to.minus(from).times(Math.max(0, elapsed - begun) / duration));
    }

    /** Simulated time, seconds. */
    public double reachedAt() {
        return begun + to.minus(from).largest() / DEGREES_PER_SECOND;
    }
}
