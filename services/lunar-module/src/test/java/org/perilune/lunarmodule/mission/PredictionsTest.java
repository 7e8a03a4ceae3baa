package org.perilune.lunarmodule.mission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.perilune.lunarmodule.orbit.Elements;
import org.perilune.lunarmodule.orbit.EngineBurn;
import org.perilune.lunarmodule.orbit.LunarOrbit;
import org.perilune.lunarmodule.orbit.Refusal;

class PredictionsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

    private static Mission.Situation situation(Elements elements, double scale) {
        var time = new MissionTime(NOW, 50_000, scale);
        return new Mission.Situation(MissionState.begunAt(time, elements.periodSeconds()), new LunarOrbit(elements));
    }

    private static Predictions predict(Mission.Situation situation, int hours) {
        return Predictions.of("lunar-module", situation, NOW, Duration.ofHours(hours), 2_000);
    }

    @ParameterizedTest
    @CsvSource({"3870e3, 0.05, 12", "11745e3, 0.85, 12", "2000e3, 0.01, 12", "5000e3, 0.3, 80", "5000e3, 0.3, 168"})
    void sayAtEveryMomentWhatIsSo(double axis, double eccentricity, double inclination) {
        var situation =
                situation(new Elements(axis, eccentricity, Math.toRadians(inclination), 0.7, 0.3, 1, 40_000), 1);
        var predictions = predict(situation, 48);
        assertThat(predictions.until()).isEqualTo(NOW.plus(Duration.ofDays(2)));
        var ends = predictions.events().stream()
                .flatMap(event -> List.of(event.from(), event.until()).stream())
                .toList();
        for (Instant at = NOW; at.isBefore(predictions.until()); at = at.plusSeconds(61)) {
            Instant moment = at;
            // A body that only just touches the edge is hidden for less than a step of the search.
            if (ends.stream()
                    .anyMatch(end -> Duration.between(end, moment).abs().toSeconds() < 1)) {
                continue;
            }
            double elapsed = situation.elapsed(at);
            boolean earth = situation.orbit().seesEarth(elapsed);
            assertThat(goingOn(predictions, Predictions.PASS, at)).isEqualTo(earth);
            assertThat(goingOn(predictions, Predictions.LOSS_OF_SIGNAL, at)).isEqualTo(!earth);
            assertThat(goingOn(predictions, Predictions.SHADOW, at))
                    .isEqualTo(!situation.orbit().seesSun(elapsed));
        }
    }

    private static boolean goingOn(Predictions predictions, String kind, Instant at) {
        return predictions.events().stream()
                .filter(event -> event.kind().equals(kind))
                .anyMatch(event -> !at.isBefore(event.from()) && at.isBefore(event.until()));
    }

    @Test
    void areTheSameWheneverOneAsks() {
        var situation = situation(Elements.first(6 * 3_600), 1);
        var first = predict(situation, 48).events();
        var later = Predictions.of(
                        "lunar-module", situation, NOW.plus(Duration.ofMinutes(333)), Duration.ofHours(12), 2_000)
                .events();
        assertThat(later).hasSizeGreaterThan(5);
        assertThat(first).containsAll(later);
    }

    @Test
    void weeksOfFastFlightAreCutOffAndSaySo() {
        var situation = situation(Elements.first(3 * 3_600), 20);
        var predictions = predict(situation, 168);
        assertThat(predictions.events()).hasSizeBetween(1_990, 2_000);
        assertThat(predictions.until()).isBefore(NOW.plus(Duration.ofDays(7)));
        assertThat(predictions.events()).allMatch(event -> event.from().isBefore(predictions.until()));
        assertThat(predict(situation(Elements.first(6 * 3_600), 3_600), 168).events())
                .hasSizeBetween(1_990, 2_000);
    }

    @Test
    void aManoeuvreCutsOffWhatBeganBefore() throws Refusal {
        var orbit = new LunarOrbit(Elements.first(6 * 3_600));
        var burnt = EngineBurn.of(orbit, 49_000, 0, 50);
        var events = predict(situation(burnt.orbit().elements(), 1), 24).events();
        assertThat(events.getFirst().from()).isEqualTo(NOW.minusSeconds(1_000));
    }
}
