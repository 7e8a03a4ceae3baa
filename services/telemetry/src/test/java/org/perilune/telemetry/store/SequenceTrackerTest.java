package org.perilune.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceTrackerTest {
    @Test
    void knowsThePrefixInWhateverOrderSeqsCome() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            var seqs = new ArrayList<Long>();
            for (long seq = 1; seq <= 300; seq++) {
                if (random.nextInt(50) > 0) {
                    seqs.add(seq);
                }
            }
            Collections.shuffle(seqs, random);
            var progress = new SequenceTracker(0, 0);
            var settled = new HashSet<Long>();
            for (long seq : seqs) {
                progress.add(seq);
                settled.add(seq);
                long upto = 0;
                while (settled.contains(upto + 1)) {
                    upto++;
                }
                assertThat(progress.upto()).as("seed %d", seed).isEqualTo(upto);
                assertThat(progress.highest()).isEqualTo(Collections.max(settled));
                assertThat(progress.missing()).as("seed %d", seed).isEqualTo(Collections.max(settled) - settled.size());
            }
            for (long seq = 1; seq <= 301; seq++) {
                assertThat(progress.contains(seq))
                        .as("seed %d, seq %d", seed, seq)
                        .isEqualTo(settled.contains(seq));
            }
        }
    }

    @Test
    void staysBoundedAndSaysWhenItMustBeLoadedAgain() {
        var progress = new SequenceTracker(0, 0);
        for (long seq = 2; seq <= 20_000; seq += 2) {
            progress.add(seq);
        }
        for (long seq = 1; seq <= 8_193; seq += 2) {
            progress.add(seq);
        }
        assertThat(progress.upto()).isBetween(8_192L, 8_193L);
        assertThat(progress.needsReload()).isTrue();
        assertThat(progress.highest()).isEqualTo(20_000);
    }

    @Test
    void countsWhatIsMissingAlsoBeyondWhatItKeeps() {
        var progress = new SequenceTracker(0, 0);
        for (long seq = 2; seq <= 20_000; seq += 2) {
            progress.add(seq);
        }
        assertThat(progress.missing()).isEqualTo(10_000);
        assertThat(progress.beyond(2)).isEqualTo("{[2,2],[4,4]}");
    }

    @Test
    void goesOnFromWhatWasKept() {
        var progress = new SequenceTracker(5, 5);
        progress.restore(7, 9);
        progress.restore(12, 20);
        assertThat(progress.missing()).isEqualTo(3);
        progress.add(6);
        assertThat(progress.upto()).isEqualTo(9);
        progress.add(11);
        assertThat(progress.missing()).isEqualTo(1);
        assertThat(progress.beyond(9)).isEqualTo("{[11,20]}");
    }
}
