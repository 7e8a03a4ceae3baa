package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.perilune.chassis.runtime.ClockDiscipline.Finding;

class ClockDisciplineTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final long FIRST = -5_000_000_000L; // a monotonic clock may begin anywhere
    private static final Duration SETTLE = Duration.ofSeconds(30);

    private final ClockDiscipline discipline =
            new ClockDiscipline(new DatabaseClockConfig(Duration.ofSeconds(1), SETTLE));

    @BeforeEach
    void anchor() {
        assertThat(discipline.isSteady()).isFalse();
        assertThat(discipline.at(FIRST)).isEmpty();
        discipline.sample(START, FIRST, FIRST);
    }

    private static long after(Duration elapsed) {
        return FIRST + elapsed.toNanos();
    }

    private Finding sample(Duration elapsed, Duration off) {
        return discipline.sample(START.plus(elapsed).plus(off), after(elapsed), after(elapsed));
    }

    @Test
    void goesOnByTheMonotonicClock() {
        assertThat(discipline.isSteady()).isTrue();
        assertThat(discipline.at(after(Duration.ofHours(1)))).contains(START.plusSeconds(3600));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "PT-1H", "PT2S", "P300D"})
    void isNotMovedByAStepAndNotSteadyMeanwhile(Duration step) {
        assertThat(sample(Duration.ofSeconds(1), step)).isEqualTo(Finding.STEPPED);
        assertThat(discipline.isSteady()).isFalse();
        assertThat(discipline.off()).isEqualTo(step);
        assertThat(sample(Duration.ofSeconds(2), step)).isEqualTo(Finding.OFF);
        assertThat(discipline.at(after(Duration.ofSeconds(2)))).contains(START.plusSeconds(2));
        assertThat(sample(Duration.ofSeconds(3), Duration.ZERO)).isEqualTo(Finding.BACK);
        assertThat(discipline.isSteady()).isTrue();
        assertThat(discipline.at(after(Duration.ofSeconds(3)))).contains(START.plusSeconds(3));
    }

    @Test
    void takesANewTimeThatLasts() {
        Duration hour = Duration.ofHours(1);
        sample(Duration.ofSeconds(1), hour);
        assertThat(sample(Duration.ofSeconds(30), hour)).isEqualTo(Finding.OFF);
        assertThat(sample(Duration.ofSeconds(31), hour)).isEqualTo(Finding.SETTLED);
        assertThat(discipline.isSteady()).isTrue();
        assertThat(discipline.at(after(Duration.ofSeconds(31)))).contains(START.plusSeconds(3631));
    }

    @Test
    void countsAnewWhenTheClockIsSetAgain() {
        sample(Duration.ofSeconds(1), Duration.ofHours(1));
        assertThat(sample(Duration.ofSeconds(30), Duration.ofHours(2))).isEqualTo(Finding.STEPPED);
        assertThat(sample(Duration.ofSeconds(31), Duration.ofHours(2))).isEqualTo(Finding.OFF);
    }

    @Test
    void worksOffWhatClocksDrift() {
        Duration off = Duration.ofMillis(12);
        assertThat(sample(Duration.ofSeconds(1), off)).isEqualTo(Finding.AGREES);
        assertThat(discipline.at(after(Duration.ofSeconds(1))))
                .contains(START.plusSeconds(1).plusMillis(5));
        sample(Duration.ofSeconds(2), off);
        sample(Duration.ofSeconds(3), off);
        assertThat(discipline.at(after(Duration.ofSeconds(3))))
                .contains(START.plusSeconds(3).plus(off));
    }

    @Test
    void learnsNothingFromAnAnswerThatTookLong() {
        long asked = after(Duration.ofSeconds(1));
        long answered = asked + Duration.ofSeconds(10).toNanos();
        assertThat(discipline.sample(START.plusSeconds(3600), asked, answered)).isEqualTo(Finding.VAGUE);
        assertThat(discipline.isSteady()).isTrue();
    }
}
