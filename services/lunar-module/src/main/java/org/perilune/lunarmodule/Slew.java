package org.perilune.lunarmodule;

/**
 * A turn to a commanded attitude; over, it is the attitude that is held. All that is to be known of it is how it began,
 * so that it goes on over a restart.
 *
 * @param begun simulated time, seconds
 */
record Slew(Angles from, Angles to, double begun) {
    /** Of simulated time, about the axis that has the longest way. */
    static final double DEGREES_PER_SECOND = 1;

    /** Holding an attitude that is there already. */
    static Slew holding(Angles attitude, double elapsed) {
        return new Slew(attitude, attitude, elapsed);
    }

    Slew towards(Angles target, double elapsed) {
        return new Slew(at(elapsed), target, elapsed);
    }

    /** Stopped where it is. */
    Slew stopped(double elapsed) {
        return holding(at(elapsed), elapsed);
    }

    /** What is to be known of it at a time: no longer how it began, when it is over. */
    Slew settledBy(double elapsed) {
        return elapsed >= reachedAt() ? holding(to, reachedAt()) : this;
    }

    Angles at(double elapsed) {
        double duration = reachedAt() - begun;
        if (elapsed >= reachedAt() || duration <= 0) {
            return to;
        }
        return from.plus(to.minus(from).times(Math.max(0, elapsed - begun) / duration));
    }

    /** Simulated time, seconds. */
    double reachedAt() {
        return begun + to.minus(from).largest() / DEGREES_PER_SECOND;
    }
}
