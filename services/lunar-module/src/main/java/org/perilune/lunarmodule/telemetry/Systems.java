package org.perilune.lunarmodule.telemetry;

import org.perilune.lunarmodule.orbit.LunarOrbit;

/**
 * Heat and power on board, integrated over simulated time from what the orbit says of Sun and link.
 *
 * <p>Both forget: whatever they began with, after some revolutions they are where the orbit puts them. So a restart
 * needs no saved state, only some revolutions of catching up. Not safe for threads.
 */
public final class Systems {
    private static final int WARM_UP_REVOLUTIONS = 4;

    /** Enough for the slowest of them, and bounded: an orbit may take a day and more. */
    private static final double LONGEST_WARM_UP_SECONDS = 3 * 86_400;

    private static final double STEP_SECONDS = 10;
    private static final double KELVIN = 273.15;
    private static final double STEFAN_BOLTZMANN = 5.670_374_419e-8;

    private static final double HULL_SUN_WATTS = 3_480;
    private static final double HULL_MOON_WATTS = 200;
    private static final double HULL_EMITTING_SQUARE_METRES = 34 * 0.35;
    private static final double HULL_JOULES_PER_KELVIN = 4e5;
    private static final double CABIN_JOULES_PER_KELVIN = 3e5;
    private static final double CABIN_TO_HULL_WATTS_PER_KELVIN = 15;
    private static final double CABIN_CREW_AND_AVIONICS_WATTS = 90;
    private static final double HEATER_WATTS = 700;
    private static final double HEATER_ON_BELOW = 19;
    private static final double HEATER_OFF_ABOVE = 21;

    private static final double PANEL_WATTS = 2_600;
    private static final double BASE_LOAD_WATTS = 900;
    private static final double TRANSMITTER_WATTS = 110;
    private static final double BATTERY_WATT_HOURS = 4_000;
    private static final double CHARGE_EFFICIENCY = 0.92;
    private static final double MOST_CHARGE_WATTS = 1_000;

    private LunarOrbit orbit;
    private double elapsed;
    private double hull = 5;
    private double cabin = 20;
    private boolean heater;
    private double charge = 0.9;
    private double panelWatts;
    private double netWatts;

    /** Steady state at a time. */
    public Systems(LunarOrbit orbit, double elapsed) {
        this.orbit = orbit;
        this.elapsed = elapsed - warmUp();
        advanceTo(elapsed);
    }

    private double warmUp() {
        return Math.min(WARM_UP_REVOLUTIONS * orbit.periodSeconds(), LONGEST_WARM_UP_SECONDS);
    }

    /** After a manoeuvre: up to then they were on the old orbit. */
    void follow(LunarOrbit newOrbit) {
        if (newOrbit != orbit) {
            advanceTo(newOrbit.elements().epochSeconds());
            orbit = newOrbit;
        }
    }

    /** Time that goes back is ignored. */
    void advanceTo(double to) {
        // After a long sleep of the machine only the last revolutions count.
        elapsed = Math.max(elapsed, to - warmUp());
        while (elapsed < to) {
            double step = Math.min(STEP_SECONDS, to - elapsed);
            step(step);
            elapsed += step;
        }
    }

    private void step(double seconds) {
        boolean sun = orbit.seesSun(elapsed);
        double load =
                BASE_LOAD_WATTS + (heater ? HEATER_WATTS : 0) + (orbit.seesEarth(elapsed) ? TRANSMITTER_WATTS : 0);
        panelWatts = sun ? PANEL_WATTS * orbit.panelExposure(elapsed) : 0;
        battery(load, seconds);

        double exchanged = CABIN_TO_HULL_WATTS_PER_KELVIN * (cabin - hull);
        double emitted = HULL_EMITTING_SQUARE_METRES * STEFAN_BOLTZMANN * Math.pow(hull + KELVIN, 4);
        double absorbed = HULL_MOON_WATTS + BASE_LOAD_WATTS + (sun ? HULL_SUN_WATTS : 0);
        hull += (absorbed + exchanged - emitted) * seconds / HULL_JOULES_PER_KELVIN;
        double warmed = CABIN_CREW_AND_AVIONICS_WATTS + (heater ? HEATER_WATTS : 0);
        cabin += (warmed - exchanged) * seconds / CABIN_JOULES_PER_KELVIN;
        if (cabin < HEATER_ON_BELOW) {
            heater = true;
        }
        if (cabin > HEATER_OFF_ABOVE) {
            heater = false;
        }
    }

    private void battery(double load, double seconds) {
        netWatts = Math.min(panelWatts - load, charge >= 1 ? 0 : MOST_CHARGE_WATTS);
        double stored = netWatts > 0 ? netWatts * CHARGE_EFFICIENCY : netWatts;
        charge = Math.clamp(charge + stored * seconds / 3_600 / BATTERY_WATT_HOURS, 0, 1);
    }

    double hullCelsius() {
        return hull;
    }

    double cabinCelsius() {
        return cabin;
    }

    double batteryPercent() {
        return 100 * charge;
    }

    /** Open circuit by charge, and the drop over the inner resistance. */
    double batteryVolts() {
        double open = 26.5 + 5.5 * charge;
        return open + 0.02 * netWatts / open;
    }

    public double panelWatts() {
        return panelWatts;
    }
}
