package org.perilune.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.postgres.SqlFailures;

/** During a rolling upgrade old copies read what new ones wrote. */
class NewerVersionTest {
    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");

    private record Payload(String name) {}

    private record Token(String token) {}

    @Test
    void whatCannotBeReadIsNoDatabaseThatIsAway() {
        var wrapped = new SQLException("What is stored is something else", new IllegalArgumentException("x"));
        assertThat(SqlFailures.isAway(wrapped)).isFalse();
        assertThat(SqlFailures.isAway(new SQLException("Connection is closed"))).isTrue();
    }

    @Test
    void eventsAndAnswersWithMoreFieldsAreRead() {
        var event = CloudEvent.of("test", "Named", "s", NOW, Map.of("name", "x", "more", 1), Optional.empty());
        assertThat(EventData.as(event, Payload.class).name()).isEqualTo("x");
        byte[] answer = "{\"token\":\"t\",\"scope\":\"all\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(new ServiceClient.Answer(200, "application/json", answer)
                        .as(Token.class)
                        .token())
                .isEqualTo("t");
    }
}
