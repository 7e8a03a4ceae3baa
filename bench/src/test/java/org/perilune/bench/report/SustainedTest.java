package org.perilune.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SustainedTest {
    private static Sustained.Run run(double framesPerSecond, long drainMillis) {
        return new Sustained.Run(framesPerSecond, Duration.ofMillis(drainMillis));
    }

    private static Sustained at11000(Sustained.Run... runs) {
        return new Sustained(11_000, 10, List.of(runs));
    }

    @Test
    void oneSlowRunOfThreeDoesNotUndoTheOthers() {
        Sustained sustained = at11000(run(110_000, 900), run(110_000, 2_340), run(109_990, 1_200));
        assertThat(sustained.isHeld()).isTrue();
        assertThat(sustained.summary())
                .isEqualTo("11,000 messages/s of 10 frames: held in 2 of 3 runs; medians 110,000 frames/s, empty after"
                        + " 1.20 s");
    }

    @Test
    void twoSlowRunsOfThreeAreTooMany() {
        assertThat(at11000(run(110_000, 900), run(110_000, 2_340), run(110_000, 2_001))
                        .isHeld())
                .isFalse();
        assertThat(at11000(run(110_000, 900), run(108_800, 900), run(90_000, 900))
                        .isHeld())
                .isFalse();
    }

    @Test
    void judgesARunByRateAndDrain() {
        Sustained sustained = at11000(run(110_000, 0));
        assertThat(sustained.isHeld(run(108_900, 2_000))).isTrue();
        assertThat(sustained.isHeld(run(108_899, 2_000))).isFalse();
        assertThat(sustained.isHeld(run(110_000, 2_001))).isFalse();
    }
}
