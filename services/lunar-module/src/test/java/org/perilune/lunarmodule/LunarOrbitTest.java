package org.perilune.lunarmodule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LunarOrbitTest {
    /** Of the Moon, m³/s². */
    private static final double GRAVITY = 4.902_8e12;

    private final LunarOrbit orbit = new LunarOrbit(Duration.ofHours(6));

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
            double expected = Math.sqrt(GRAVITY * (2 / radius - 1 / orbit.semiMajorAxis()));
            assertThat(motion.velocity().getNorm()).isCloseTo(expected, within(0.05));
            assertThat(radius - LunarOrbit.MOON_RADIUS).isBetween(1_900_000.0, 2_400_000.0);
        }
    }

    @Test
    void theMoonHidesWhatIsBehindIt() {
        double radius = LunarOrbit.MOON_RADIUS;
        var earth = new Vector3D(384_400_000, 0, 0);
        assertThat(LunarOrbit.sees(new Vector3D(-2 * radius, 0, 0), earth)).isFalse();
        assertThat(LunarOrbit.sees(new Vector3D(2 * radius, 0, 0), earth)).isTrue();
        assertThat(LunarOrbit.sees(new Vector3D(-2 * radius, 1.02 * radius, 0), earth))
                .isTrue();
        assertThat(LunarOrbit.sees(new Vector3D(-2 * radius, 0.98 * radius, 0), earth))
                .isFalse();
        assertThat(LunarOrbit.sees(new Vector3D(0, 0, 1.5 * radius), earth)).isTrue();
    }

    @Test
    void isHiddenBehindTheMoonForTheTimeThatItsDiskTakes() {
        double loss = orbit.next(orbit.next(0, true), false);
        double acquisition = orbit.next(loss, true);

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
        var other = new LunarOrbit(Duration.ofMinutes(minutes));
        for (int month = 0; month < 14; month++) {
            double from = month * 86_400 * 2.1;
            double loss = other.next(from, false);
            assertThat(other.next(loss, true)).isGreaterThan(loss);
        }
        assertThat(other.semiMajorAxis() * (1 - LunarOrbit.ECCENTRICITY))
                .isGreaterThan(LunarOrbit.MOON_RADIUS + 20_000);
    }

    @Test
    void firstStartIsInViewAndLosesTheLinkSoon() {
        var now = Instant.parse("2026-11-21T04:00:00Z");
        var mission = MissionTime.first(orbit, now, 60);

        assertThat(orbit.seesEarth(mission.elapsed(now))).isTrue();
        var silence = Flight.silence(orbit, mission, now);
        assertThat(Duration.between(now, silence.from()))
                .isBetween(Duration.ofMillis(16_990), Duration.ofMillis(17_010));
        assertThat(Duration.between(silence.from(), silence.until()).toSeconds())
                .isBetween(45L, 58L);
        assertThat(Flight.silence(orbit, mission, silence.from().plusSeconds(10))
                        .until())
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
}
