package org.perilune.lunarmodule.orbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineBurnTest {
    /** Of the Moon, m³/s². */
    private static final double GRAVITY = 4.902_8e12;

    private final LunarOrbit orbit = new LunarOrbit(Elements.first(6 * 3_600));

    /**
     * Worked out by hand from m·(1 − e^(−Δv/(311·9.80665))): NASA Glenn, "Ideal Rocket Equation",
     * https://www.grc.nasa.gov/www/k-12/rocket/rktpow.html
     */
    @ParameterizedTest
    @CsvSource({"15264, 100, 492.4", "15264, -100, 492.4", "15264, 1000, 4267.1", "10000, 50, 162.6", "9000, 0, 0"})
    void spendsWhatTheRocketEquationSays(double mass, double deltaV, double kilograms) {
        assertThat(EngineBurn.propellant(mass, deltaV)).isCloseTo(kilograms, within(0.1));
    }

    @Test
    void twoBurnsSpendWhatOneOfBothWould() throws Refusal {
        var first = EngineBurn.of(orbit, 100, 0, 60);
        var second = EngineBurn.of(first.orbit(), 200, first.propellantKilograms(), 40);
        assertThat(first.propellantKilograms() + second.propellantKilograms())
                .isCloseTo(EngineBurn.propellant(EngineBurn.mass(0), 100), within(0.001));
    }

    @ParameterizedTest
    @CsvSource({"100, 50", "4000, -80", "9000, 150", "15000, -150", "20000, 1"})
    void theNewOrbitHasTheEnergyAndPeriodThatTheNewSpeedGives(double at, double deltaV) throws Refusal {
        var before = orbit.at(at);
        var after = EngineBurn.of(orbit, at, 0, deltaV).orbit();
        double radius = before.position().getNorm();
        double speed = before.velocity().getNorm() + deltaV;
        // Vis-viva turned around, and Kepler's third law.
        double axis = 1 / (2 / radius - speed * speed / GRAVITY);
        double period = 2 * Math.PI * Math.sqrt(axis * axis * axis / GRAVITY);

        assertThat(after.at(at).position().distance(before.position())).isLessThan(0.01);
        assertThat(after.at(at).velocity().getNorm()).isCloseTo(speed, within(1e-6));
        assertThat(after.periodSeconds()).isCloseTo(period, within(1.0));
        assertThat(after.at(at + after.periodSeconds()).position().distance(before.position()))
                .isLessThan(1);
        double least = Double.MAX_VALUE;
        double most = 0;
        for (int step = 0; step < 2_000; step++) {
            var motion = after.at(at + step * after.periodSeconds() / 2_000);
            double height = motion.position().getNorm();
            double energy = motion.velocity().getNormSq() / 2 - GRAVITY / height;
            assertThat(energy).isCloseTo(-GRAVITY / (2 * axis), within(10.0));
            least = Math.min(least, height);
            most = Math.max(most, height);
        }
        assertThat((least - Body.MOON_RADIUS) / 1_000)
                .isCloseTo(after.elements().periluneKilometres(), within(0.1));
        assertThat((most - Body.MOON_RADIUS) / 1_000).isCloseTo(after.elements().apoluneKilometres(), within(0.1));
    }

    @Test
    void brakingLowersTheOtherSideAndNotThisOne() throws Refusal {
        double apolune = orbit.periodSeconds() / 2;
        var after = EngineBurn.of(orbit, apolune, 0, -100).orbit();
        assertThat(after.elements().apoluneKilometres())
                .isCloseTo(orbit.elements().apoluneKilometres(), within(0.1));
        assertThat(after.elements().periluneKilometres())
                .isLessThan(orbit.elements().periluneKilometres() - 300);
        var lowest = after.at(apolune + after.periodSeconds() / 2).position();
        assertThat(Vector3D.angle(lowest, orbit.at(apolune).position())).isCloseTo(Math.PI, within(1e-6));
    }

    @Test
    void twoOppositeBurnsAtTheSamePlaceReturnTheOrbit() throws Refusal {
        var there = EngineBurn.of(orbit, 3_000, 0, 120);
        double again = 3_000 + there.orbit().periodSeconds();
        var back = EngineBurn.of(there.orbit(), again, there.propellantKilograms(), -120)
                .orbit();
        var first = orbit.elements();
        var last = back.elements();
        assertThat(last.semiMajorAxis()).isCloseTo(first.semiMajorAxis(), within(1.0));
        assertThat(last.eccentricity()).isCloseTo(first.eccentricity(), within(1e-7));
        assertThat(last.inclination()).isCloseTo(first.inclination(), within(1e-9));
        assertThat(back.at(again).position().distance(orbit.at(3_000).position()))
                .isLessThan(1);
        assertThat(back.at(again + 5_000).position().distance(orbit.at(8_000).position()))
                .isLessThan(10);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0     | -600 | lowest point would be at",
                "0     | -1136 | lowest point would be at",
                "0     | 430  | highest point would be at",
                "0     | 700  | escape speed here is 1",
                "0     | 3000 | 3000.0 m/s would take 9",
                "8200  | 50   | 48 kg are left"
            })
    void refusesWithNumbers(double spent, double deltaV, String reason) {
        assertThatThrownBy(() -> EngineBurn.of(orbit, 0, spent, deltaV))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesToFallStraightDown() {
        double speed = orbit.at(0).velocity().getNorm();
        assertThatThrownBy(() -> EngineBurn.of(orbit, 0, 0, -speed)).isInstanceOf(Refusal.class);
    }

    @Test
    void theOtherWayRoundIsAnOrbitToo() throws Refusal {
        double speed = orbit.at(0).velocity().getNorm();
        var back = EngineBurn.of(orbit, 0, 0, -1.95 * speed);
        assertThat(Math.toDegrees(back.orbit().elements().inclination())).isCloseTo(168, within(0.01));
        for (double at = 0; at < back.orbit().periodSeconds(); at += 300) {
            assertThat(back.orbit().positionAngle(at)).isBetween(0.0, 360.0);
        }
        assertThat(back.orbit().next(0, false)).isPresent();
    }
}
