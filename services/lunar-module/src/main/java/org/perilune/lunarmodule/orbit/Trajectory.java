package org.perilune.lunarmodule.orbit;

/**
 * Where the vehicle flies, and what it took to get there.
 *
 * @param configuredPeriodSeconds of the orbit that the mission began with; another one in the settings begins anew
 * @param version counts the orbits, from 1
 * @param spentKilograms engine propellant that manoeuvres took
 */
public record Trajectory(double configuredPeriodSeconds, Elements elements, int version, double spentKilograms) {
    /** What a mission begins with. */
    public static Trajectory first(double periodSeconds) {
        return new Trajectory(periodSeconds, Elements.first(periodSeconds), 1, 0);
    }

    public Trajectory after(EngineBurn burn) {
        return new Trajectory(
                configuredPeriodSeconds,
                burn.orbit().elements(),
                version + 1,
                spentKilograms + burn.propellantKilograms());
    }

    /** Goes on where the settings are what they were; another period is another orbit. */
    public Trajectory under(double periodSeconds) {
        if (periodSeconds == configuredPeriodSeconds) {
            return this;
        }
        return new Trajectory(periodSeconds, Elements.first(periodSeconds), version + 1, spentKilograms);
    }
}
