package org.perilune.telemetry.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.perilune.telemetry.ingest.IngestLoad;

class RollupTurnTest {
    private final AtomicLong nanos = new AtomicLong(-7);
    private final IngestLoad load = new IngestLoad(nanos::get);
    private final RollupTurn turn = new RollupTurn(load::isHigh, nanos::get);

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    @Test
    void goesOnAtOnceWhileIngestKeepsUp() {
        load.wasRead(false);
        load.lag(IngestLoad.MANY_WAITING - 1);
        assertThat(turn.take()).isTrue();
        assertThat(turn.take()).isTrue();
    }

    @Test
    void getsOneTurnInAWhileUnderLastingLoad() {
        int turns = 0;
        for (int tenths = 0; tenths < 600; tenths++) {
            load.wasRead(true);
            turns += turn.take() ? 1 : 0;
            pass(Duration.ofMillis(100));
        }
        assertThat(turns).isBetween(11, 12);
    }

    @Test
    void waitsForABacklogAndGoesOnSoonAfterIt() {
        load.lag(IngestLoad.MANY_WAITING);
        assertThat(turn.take()).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(turn.take()).isTrue();
    }
}
