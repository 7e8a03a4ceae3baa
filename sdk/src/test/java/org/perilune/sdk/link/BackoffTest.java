package org.perilune.sdk.link;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void backoffGrowsToItsLimit() {
        var backoff = new Backoff(ofSeconds(1), ofSeconds(60), new Random(7));
        List<Duration> pauses =
                IntStream.range(0, 40).mapToObj(i -> backoff.next()).toList();
        assertThat(pauses.getFirst()).isBetween(ofMillis(500), ofSeconds(1));
        assertThat(pauses.getLast()).isBetween(ofSeconds(30), ofSeconds(60));
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(ofSeconds(1));
    }
}
