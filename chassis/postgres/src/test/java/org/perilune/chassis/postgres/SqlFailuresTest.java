package org.perilune.chassis.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
class SqlFailuresTest {
    @ParameterizedTest
    @ValueSource(strings = {"08006", "08001", "53300", "53100", "57P01", "57014", "40001", "40P01", "55P03"})
    void takesWhatMaySucceedLaterForAway(String state) {
        assertThat(SqlFailures.isAway(new IllegalStateException(new SQLException("x", state))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {SqlFailures.UNIQUE_VIOLATION, "42P01", "22001", "23503", "55000"})
    void takesOurOwnFaultsForNoOutage(String state) {
        assertThat(SqlFailures.isAway(new SQLException("x", state))).isFalse();
    }

    @Test
    void knowsAnExhaustedPool() {
        assertThat(SqlFailures.isAway(new SQLTransientConnectionException("timed out")))
                .isTrue();
        assertThat(SqlFailures.isAway(new IllegalStateException("no database at all")))
                .isFalse();
    }

    @Test
    void findsTheStateUnderOtherFailures() {
        var wrapped = new IllegalStateException(new RuntimeException(new SQLException("x", "23505")));
        assertThat(SqlFailures.state(wrapped)).hasValue(SqlFailures.UNIQUE_VIOLATION);
        assertThat(SqlFailures.state(new SQLException("without"))).isEmpty();
        assertThat(SqlFailures.state(new RuntimeException())).isEmpty();
    }
}
