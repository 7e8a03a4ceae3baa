package org.perilune.flightlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.FlightLog.Reference;

/** During a rolling upgrade old copies read what new ones wrote. */
class SqlReferencesTest {
    private static ResultSet row(String json) {
        return (ResultSet) Proxy.newProxyInstance(
                SqlReferencesTest.class.getClassLoader(),
                new Class<?>[] {ResultSet.class},
                (proxy, method, arguments) -> json);
    }

    @Test
    void referencesWithMoreFieldsAndOfNewKindsAreRead() throws SQLException {
        String previous = "[{\"kind\":\"command\",\"id\":\"7\"}]";
        String newer = """
            [{"kind":"command","id":"7","priority":3},{"kind":"hologram","id":"8"}]
            """;
        List<Reference> command = SqlReferences.read(row(previous), "references");
        assertThat(command).hasSize(1);
        assertThat(SqlReferences.read(row(newer), "references")).isEqualTo(command);
    }

    /** Else the database would be taken for away, and what cannot be read for something to try again. */
    @Test
    void whatCannotBeReadIsNoFailureOfTheDatabase() {
        assertThatThrownBy(() -> SqlReferences.read(row("[{"), "references"))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseInstanceOf(com.fasterxml.jackson.core.JsonProcessingException.class);
    }
}
