package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.perilune.sdk.DeviceParameter;

class SystemsTest {
    private final LunarOrbit orbit = new LunarOrbit(Elements.first(6 * 3_600));

    @Test
    void drainsAndCoolsInShadowAndRecoversInTheSun() {
        var systems = new Systems(orbit, 0);
        double at = 0;
        while (orbit.seesSun(at) || !orbit.seesSun(at - 60)) {
            at += 60;
        }
        systems.advanceTo(at);
        double chargeBefore = systems.batteryPercent();
        double hullBefore = systems.hullCelsius();
        while (!orbit.seesSun(at)) {
            at += 60;
        }
        systems.advanceTo(at - 60);
        assertThat(systems.batteryPercent()).isLessThan(chargeBefore - 10);
        assertThat(systems.hullCelsius()).isLessThan(hullBefore - 10);
        assertThat(systems.panelWatts()).isZero();

        systems.advanceTo(at + 3 * 3_600);
        assertThat(systems.batteryPercent()).isGreaterThan(99);
        assertThat(systems.hullCelsius()).isCloseTo(hullBefore, within(8.0));
        assertThat(systems.panelWatts()).isGreaterThan(2_000);
    }

    @Test
    void staysWithinItsOwnLimits() {
        var systems = new Systems(orbit, 0);
        for (double at = 0; at < 3 * orbit.periodSeconds(); at += 300) {
            systems.advanceTo(at);
            assertThat(systems.batteryPercent()).isBetween(45.0, 100.0);
            assertThat(systems.batteryVolts()).isBetween(27.0, 33.0);
            assertThat(systems.hullCelsius()).isBetween(-60.0, 60.0);
            assertThat(systems.cabinCelsius()).isBetween(17.0, 27.0);
        }
    }

    @Test
    void aRestartGoesOnWhereItWas() {
        var first = new Systems(orbit, 0);
        first.advanceTo(100_000);
        var second = new Systems(orbit, 100_000);

        assertThat(second.batteryPercent()).isCloseTo(first.batteryPercent(), within(0.5));
        assertThat(second.hullCelsius()).isCloseTo(first.hullCelsius(), within(0.5));
        assertThat(second.cabinCelsius()).isCloseTo(first.cabinCelsius(), within(2.1));
    }

    @Test
    void attitudeStaysInItsBandAndCostsPropellant() {
        var rolls = new ArrayList<Double>();
        for (int at = 0; at < 21_600; at += 30) {
            rolls.add(Attitude.drift(at).roll());
            assertThat(Math.abs(Attitude.drift(at).yaw())).isLessThanOrEqualTo(0.6);
        }
        assertThat(rolls).anyMatch(roll -> roll > 0.4).anyMatch(roll -> roll < -0.4);
        assertThat(Attitude.propellantKilograms(21_600)).isLessThan(Attitude.propellantKilograms(0));
        assertThat(Attitude.propellantKilograms(1e12)).isZero();
    }

    @Test
    void everyStateCanBeReported() {
        var systems = new Systems(orbit, 0);
        var mission =
                new Mission.Situation(MissionState.begunAt(new MissionTime(Instant.EPOCH, 0, 1), 6 * 3_600), orbit);
        for (int at = 0; at < orbit.periodSeconds(); at += 1_000) {
            systems.advanceTo(at);
            var state = VehicleState.of(Instant.EPOCH.plusSeconds(at), mission, systems);
            var names = TelemetryFormat.reading(state).values().stream()
                    .map(value -> value.getName())
                    .toList();
            assertThat(names)
                    .containsExactlyElementsOf(
                            Flight.description(mission, Duration.ofSeconds(1), Instant.EPOCH).parameters().stream()
                                    .map(DeviceParameter::name)
                                    .toList());
        }
    }

    @Test
    void aManoeuvreGoesOnFromTheHeatThatWasThere() {
        var systems = new Systems(orbit, 0);
        systems.advanceTo(5_000);
        double hull = systems.hullCelsius();
        var higher = new Elements(9_000_000, 0.5, 0.2, 0, 0, 0, 5_010);
        systems.follow(new LunarOrbit(higher));
        systems.advanceTo(5_020);
        assertThat(systems.hullCelsius()).isCloseTo(hull, within(1.0));
    }
}
