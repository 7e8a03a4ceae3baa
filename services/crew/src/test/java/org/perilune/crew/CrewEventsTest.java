package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.contracts.Activity.Type.LOGGED_IN;
import static org.perilune.contracts.Activity.Type.LOGGED_OUT;
import static org.perilune.contracts.Activity.Type.LOG_IN_REFUSED;
import static org.perilune.crew.CrewFixture.PASSWORD;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.testkit.HeardEvents;

/** What the rest of the mission hears of logging in and out. */
class CrewEventsTest extends WithCrew {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private HeardEvents heard;

    @BeforeEach
    @Override
    void begin() throws Exception {
        heard = crew.listen();
        super.begin();
    }

    @AfterEach
    @Override
    void end() throws Exception {
        super.end();
        heard.close();
    }

    private JsonNode only(String type) {
        List<CloudEvent> events = await().atMost(TIMEOUT).until(() -> heard.ofType(type), found -> !found.isEmpty());
        assertThat(events).hasSize(1);
        assertThat(events.getFirst().source()).isEqualTo("urn:perilune:crew");
        return Objects.requireNonNull(events.getFirst().data());
    }

    @Test
    void loggingInAndOutIsToldOnce() throws Exception {
        String session = crew.client.logIn("admin", PASSWORD).text("session");
        JsonNode in = only(LOGGED_IN);
        assertThat(in.path("summary").asText()).isEqualTo("admin logged in");
        assertThat(in.path("by").asText()).isEqualTo("admin");
        assertThat(in.path("at").asText()).isEqualTo(crew.clock.instant().toString());
        assertThat(in.path("role").asText()).isEqualTo("administrator");
        crew.client.refresh(session);
        for (int time = 0; time < 2; time++) {
            crew.client.send("POST", "/sessions/end", "", "{\"session\":\"" + session + "\"}");
        }
        JsonNode out = only(LOGGED_OUT);
        assertThat(out.path("summary").asText()).isEqualTo("admin logged out");
        assertThat(out.path("id")).isEqualTo(in.path("id"));
        assertThat(out.path("reason").asText()).isEqualTo("asked");
        assertThat(heard.all().toString()).doesNotContain(session).doesNotContain(PASSWORD);
    }

    @Test
    void sessionsThatEndByThemselvesOrByAChangeAreTold() throws Exception {
        crew.addPerson("gene", "flight-director");
        crew.client.logIn("gene", PASSWORD);
        crew.client.send("PATCH", "/people/gene", crew.administrator(), "{\"disabled\":true}");
        JsonNode changed = only(LOGGED_OUT);
        assertThat(changed.path("person").asText()).isEqualTo("gene");
        assertThat(changed.path("by").asText()).isEqualTo("program:cli");
        heard.forget();
        crew.client.logIn("admin", PASSWORD);
        crew.clock.advance(Duration.ofMinutes(31));
        JsonNode idle = only(LOGGED_OUT);
        assertThat(idle.path("reason").asText()).isEqualTo("idle");
        assertThat(idle.path("by").isNull()).isTrue();
    }

    @Test
    void refusalsOfAMinuteAreOneEventAndThoseOfNobodyNone() throws Exception {
        for (int guess = 0; guess < 3; guess++) {
            assertThat(crew.client.logIn("admin", "guess number " + guess).status())
                    .isEqualTo(401);
            assertThat(crew.client.logIn("nobody", "guess number " + guess).status())
                    .isEqualTo(401);
        }
        crew.clock.advance(Duration.ofMinutes(1));
        JsonNode refused = only(LOG_IN_REFUSED);
        assertThat(refused.path("summary").asText()).isEqualTo("3 log-ins as admin were refused within a minute");
        assertThat(refused.path("tries").asInt()).isEqualTo(3);
        assertThat(heard.all().toString()).doesNotContain("guess").doesNotContain("nobody");
    }

    @Test
    void peopleLogInWhileTheBrokerIsAwayAndItIsToldLater() throws Exception {
        crew.broker.shut();
        assertThat(crew.client.logIn("admin", PASSWORD).status()).isEqualTo(201);
        assertThat(crew.client.get("/ready", "").status()).isEqualTo(200);
        assertThat(heard.all()).isEmpty();
        crew.broker.open();
        assertThat(only(LOGGED_IN).path("by").asText()).isEqualTo("admin");
    }
}
