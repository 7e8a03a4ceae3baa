package org.perilune.lunarmodule.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.json.Json;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.attitude.Attitude;
import org.perilune.lunarmodule.attitude.Slew;
import org.perilune.lunarmodule.command.CommandRules;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.MissionState;
import org.perilune.lunarmodule.mission.MissionTime;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.LunarOrbit;
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
            rolls.add(Attitude.drift(at, 0).roll());
            assertThat(Math.abs(Attitude.drift(at, 0).yaw())).isLessThanOrEqualTo(0.6);
        }
        assertThat(rolls).anyMatch(roll -> roll > 0.4).anyMatch(roll -> roll < -0.4);
        assertThat(Attitude.propellantKilograms(21_600, 0)).isLessThan(Attitude.propellantKilograms(0, 0));
        assertThat(Attitude.propellantKilograms(1e12, 0)).isZero();
    }

    @Test
    void aTurnCostsPropellantForEachAxisThatTurns() {
        Slew level = Slew.holding(Angles.LEVEL, 100, 0);
        Slew one = level.towards(new Angles(20, 0, 0), 100);
        Slew two = level.towards(new Angles(20, -20, 0), 100);
        assertThat(one.spentKilograms()).isCloseTo(0.18, within(1e-9));
        assertThat(two.spentKilograms()).isCloseTo(0.36, within(1e-9));
        assertThat(level.costTo(Angles.LEVEL, 100)).isZero();
        assertThat(one.settledBy(1_000).towards(Angles.LEVEL, 1_000).spentKilograms())
                .as("there and back")
                .isCloseTo(0.36, within(1e-9));
        assertThat(Attitude.propellantKilograms(0, one.spentKilograms())).isCloseTo(286.82, within(1e-9));
    }

    @Test
    void withEmptyTanksTheVehicleDriftsOffAndIsNotTurnedAgain() {
        Angles soon = Attitude.drift(36_000, 287);
        Angles later = Attitude.drift(72_000, 287);
        assertThat(Math.abs(soon.yaw())).as("beyond its dead band").isGreaterThan(0.6);
        assertThat(later.yaw() - soon.yaw())
                .isCloseTo(soon.yaw() - Attitude.drift(0, 287).yaw(), within(1e-6));
        assertThat(Attitude.pointingLossDecibels(later.wrapped())).isEqualTo(25);

        var time = new MissionTime(Instant.EPOCH, 0, 1);
        var empty = MissionState.begunAt(time, 6 * 3_600).with(Slew.holding(new Angles(10, 0, 0), 0, 287));
        assertThatThrownBy(() -> CommandRules.mayTurn(empty, Angles.LEVEL, 10))
                .hasMessage("The turn would take 0.18 kg of the attitude thrusters' propellant; 0.00 kg are left");
        assertThatThrownBy(() -> CommandRules.burn(new Mission.Situation(empty, orbit), 10, 20))
                .hasMessageContaining("tanks are empty");
        assertThat(empty.reset(10).attitude()).isEqualTo(empty.attitude());
    }

    /** A version that knew nothing of what turns cost, and one that knows more. */
    @Test
    void readsWhatOtherVersionsKept() throws Exception {
        var state = MissionState.begunAt(new MissionTime(Instant.EPOCH, 0, 1), 6 * 3_600);
        var older = (ObjectNode) Json.mapper().valueToTree(state);
        ((ObjectNode) older.path("attitude")).remove("spentKilograms");
        assertThat(MissionState.read(Json.bytes(older))).isEqualTo(state);

        var newer = (ObjectNode) Json.mapper().valueToTree(state);
        newer.put("fuelCells", 3);
        assertThat(MissionState.read(Json.bytes(newer))).isEqualTo(state);
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
