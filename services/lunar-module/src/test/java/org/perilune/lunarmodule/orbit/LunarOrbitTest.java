package org.perilune.lunarmodule.orbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.MissionState;
import org.perilune.lunarmodule.mission.MissionTime;
import org.perilune.lunarmodule.mission.Predictions;
import org.perilune.lunarmodule.telemetry.Flight;
import org.perilune.lunarmodule.telemetry.Systems;
import org.perilune.sdk.SilenceWindow;

class LunarOrbitTest {
    /** Of the Moon, m³/s². */
    private static final double GRAVITY = 4.902_8e12;

    private static final double SIX_HOURS = 6 * 3_600;

    private final LunarOrbit orbit = new LunarOrbit(Elements.first(SIX_HOURS));

    @Test
    void goesAroundOnceInItsPeriod() {
        var start = orbit.at(1_000);
        var after = orbit.at(1_000 + 6 * 3_600);
        assertThat(after.position().distance(start.position())).isLessThan(1);
        assertThat(orbit.at(1_000 + 3 * 3_600).position().distance(start.position()))
                .isGreaterThan(5_000_000);
    }

    @Test
    void speedAndHeightObeyTheVisVivaEquation() {
        for (double elapsed = 0; elapsed < orbit.periodSeconds(); elapsed += 600) {
            var motion = orbit.at(elapsed);
            double radius = motion.position().getNorm();
            double expected =
                    Math.sqrt(GRAVITY * (2 / radius - 1 / orbit.elements().semiMajorAxis()));
            assertThat(motion.velocity().getNorm()).isCloseTo(expected, within(0.05));
            assertThat(radius - Body.MOON_RADIUS).isBetween(1_900_000.0, 2_400_000.0);
        }
    }

    @Test
    void theMoonHidesWhatIsBehindIt() {
        double radius = Body.MOON_RADIUS;
        var earth = new Vector3D(384_400_000, 0, 0);
        assertThat(Body.sees(new Vector3D(-2 * radius, 0, 0), earth)).isFalse();
        assertThat(Body.sees(new Vector3D(2 * radius, 0, 0), earth)).isTrue();
        assertThat(Body.sees(new Vector3D(-2 * radius, 1.02 * radius, 0), earth))
                .isTrue();
        assertThat(Body.sees(new Vector3D(-2 * radius, 0.98 * radius, 0), earth))
                .isFalse();
        assertThat(Body.sees(new Vector3D(0, 0, 1.5 * radius), earth)).isTrue();
    }

    @Test
    void isHiddenBehindTheMoonForTheTimeThatItsDiskTakes() {
        double loss = next(orbit, next(orbit, 0, true), false);
        double acquisition = next(orbit, loss, true);

        // asin(1737 km / 3869 km) to each side, and less for the orbit's tilt: at most 53 minutes of the six hours.
        assertThat((acquisition - loss) / 60).isBetween(45.0, 58.0);
        assertThat(orbit.positionAngle(loss)).isBetween(148.0, 162.0);
        assertThat(orbit.positionAngle(acquisition)).isBetween(198.0, 212.0);
        assertThat(orbit.seesEarth(loss - 0.01)).isTrue();
        assertThat(orbit.seesEarth(loss + 0.01)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {130, 360, 720, 960})
    void everyAllowedOrbitFliesAboveTheGroundAndBehindTheMoon(int minutes) {
        var other = new LunarOrbit(Elements.first(60.0 * minutes));
        for (int month = 0; month < 14; month++) {
            double from = month * 86_400 * 2.1;
            double loss = next(other, from, false);
            assertThat(next(other, loss, true)).isGreaterThan(loss);
        }
        assertThat(other.elements().periluneKilometres()).isGreaterThan(20);
    }

    @Test
    void firstStartIsInViewForMoreThanFourHours() {
        var now = Instant.parse("2026-11-21T04:00:00Z");
        var mission = situation(MissionTime.first(orbit, now, 1, Duration.ofHours(16)));

        assertThat(orbit.seesEarth(mission.elapsed(now))).isTrue();
        assertThat(orbit.seesEarth(mission.elapsed(now.minusSeconds(20)))).isFalse();
        assertThat(silence(mission, now).from()).isAfter(now.plus(Duration.ofHours(4)));
    }

    @Test
    void firstStartCanBeCloseToTheFirstLoss() {
        var now = Instant.parse("2026-11-21T04:00:00Z");
        var mission = situation(MissionTime.first(orbit, now, 60, Duration.ofMinutes(17)));

        assertThat(orbit.seesEarth(mission.elapsed(now))).isTrue();
        var silence = silence(mission, now);
        assertThat(Duration.between(now, silence.from()))
                .isBetween(Duration.ofMillis(16_990), Duration.ofMillis(17_010));
        assertThat(Duration.between(silence.from(), silence.until()).toSeconds())
                .isBetween(45L, 58L);
        assertThat(silence(mission, silence.from().plusSeconds(10)).until())
                .isBetween(silence.until().minusMillis(1), silence.until().plusMillis(1));
    }

    @Test
    void anotherTimeScaleGoesOnFromWhereItWas() {
        var now = Instant.parse("2026-11-21T04:00:00Z");
        var later = now.plusSeconds(100);
        var mission = new MissionTime(now, 500, 2);
        assertThat(mission.elapsed(later)).isEqualTo(700);
        assertThat(mission.withScale(later, 60).elapsed(later)).isEqualTo(700);
        assertThat(mission.withScale(later, 60).elapsed(later.plusSeconds(1))).isEqualTo(760);
        assertThat(mission.instantOf(700)).isEqualTo(later);
    }

    @Test
    void darknessLiesOppositeTheSun() {
        int dark = 0;
        for (double elapsed = 0; elapsed < orbit.periodSeconds(); elapsed += 60) {
            double fromNoon = Math.IEEEremainder(orbit.positionAngle(elapsed) - orbit.sunAngle(elapsed), 360);
            if (!orbit.seesSun(elapsed)) {
                dark++;
                assertThat(Math.abs(fromNoon)).isGreaterThan(140);
            }
        }
        assertThat(dark).isPositive();
    }

    @Test
    void theFastWayAlongTheOrbitIsTheSameAsOrekits() {
        var eccentric = new LunarOrbit(new Elements(4_000_000, 0.5, 0.4, 1, 2, 3, 1_000));
        for (double elapsed = -50_000; elapsed < 200_000; elapsed += 777) {
            var position = eccentric.at(elapsed).position();
            for (Body body : Body.values()) {
                assertThat(eccentric.sees(body, elapsed)).isEqualTo(Body.sees(position, body.position(elapsed)));
            }
        }
    }

    @Test
    void anOrbitThatNeverPassesBehindTheMoonHasNoSilence() {
        // Right over the poles, seen from Earth as a full circle: Earth stands at x, the orbit's normal points there.
        var polar = new LunarOrbit(new Elements(8_000_000, 0, Math.PI / 2, 0, Math.PI / 2, 0, 0));
        assertThat(polar.next(0, false)).isEmpty();
        assertThat(polar.next(0, true)).isEmpty();
        for (double elapsed = 0; elapsed < polar.periodSeconds(); elapsed += 500) {
            assertThat(polar.positionAngle(elapsed)).isBetween(0.0, 360.0);
            assertThat(polar.sunAngle(elapsed)).isBetween(0.0, 360.0);
            assertThat(polar.panelExposure(elapsed)).isBetween(0.0, 1.0);
        }
        var now = Instant.parse("2026-11-21T04:00:00Z");
        var mission =
                new Mission.Situation(MissionState.begunAt(new MissionTime(now, 0, 1), polar.periodSeconds()), polar);
        assertThat(Flight.silence(mission, now)).isNull();
        var ahead = Predictions.of("lunar-module", mission, now, Duration.ofHours(2), 100);
        assertThat(ahead.events()).hasSize(1);
        assertThat(ahead.events().getFirst().kind()).isEqualTo("pass");
        assertThat(new Systems(polar, 0).panelWatts()).isNotNegative();
    }

    private static double next(LunarOrbit orbit, double elapsed, boolean view) {
        return orbit.next(elapsed, view).orElseThrow();
    }

    private Mission.Situation situation(MissionTime time) {
        return new Mission.Situation(MissionState.begunAt(time, SIX_HOURS), orbit);
    }

    private static SilenceWindow silence(Mission.Situation mission, Instant now) {
        return Objects.requireNonNull(Flight.silence(mission, now));
    }
}
