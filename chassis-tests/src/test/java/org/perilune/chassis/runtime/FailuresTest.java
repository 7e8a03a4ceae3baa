package org.perilune.chassis.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What the drivers on the class path say of their failures, found as services find them. */
class FailuresTest {
    @Test
    void postgresUndoesWhatItDidNotFinish() {
        var broken = new IllegalStateException(new SQLException("gone", "08006"));
        assertThat(Failures.isAway(broken)).isTrue();
        assertThat(Failures.undone(broken))
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("Nothing was changed"));
    }

    /** A request that met it must not be told that nothing was changed. */
    @Test
    void redisIsAwayAndUndoesNothing() {
        var broken = new JedisConnectionException("gone");
        assertThat(Failures.isAway(broken)).isTrue();
        assertThat(Failures.undone(broken)).isEmpty();
        assertThat(Failures.uncertain(broken)).isEmpty();
    }

    @Test
    void whatIsNoFailureOfADriverMeansNothing() {
        var other = new IllegalStateException("of our own");
        assertThat(Failures.isAway(other)).isFalse();
        assertThat(Failures.undone(other)).isEmpty();
    }
}
