package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.perilune.crew.CrewFixture.PASSWORD;
import static org.perilune.crew.CrewFixture.SECRET;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Role;

/** People, and the service as a whole. */
class CrewTest extends WithCrew {
    @Test
    void refusesQueryParametersThatNobodyReads() throws Exception {
        String administrator = crew.administrator();
        assertThat(crew.client.get("/people?disabled=true", administrator).status())
                .isEqualTo(400);
        assertThat(crew.client.get("/people", administrator).status()).isEqualTo(200);
        assertThat(crew.client.get("/revocations?knwon=1", "").status()).isEqualTo(400);
    }

    @Test
    void rolesDecideWhoMayChangePeople() throws Exception {
        crew.addPerson("viewer", "viewer");
        String viewer = crew.client.logIn("viewer", PASSWORD).text("access_token");
        assertThat(crew.client.get("/people", viewer).body().path("people")).hasSize(2);
        assertThat(crew.client.send("POST", "/people", viewer, "{}").status()).isEqualTo(403);
        assertThat(crew.client
                        .send("PATCH", "/people/admin", viewer, "{\"disabled\":true}")
                        .status())
                .isEqualTo(403);
        assertThat(crew.client.send("POST", "/people", "", "{}").status()).isEqualTo(401);
        String lower = crew.programToken("{\"client\":\"cli\",\"secret\":\"" + SECRET + "\",\"role\":\"operator\"}")
                .text("access_token");
        assertThat(crew.verifier().verify(lower).role()).isEqualTo(Role.OPERATOR);
        assertThat(crew.client.send("POST", "/people", lower, "{}").status()).isEqualTo(403);
    }

    @Test
    void nobodyIsCalledAsAPartOfPerilune() throws Exception {
        for (String name : List.of("device", "Moderation", "command-dispatcher")) {
            var answer = crew.client.send(
                    "POST",
                    "/people",
                    crew.administrator(),
                    "{\"name\":\"%s\",\"password\":\"%s\",\"role\":\"viewer\"}".formatted(name, PASSWORD));
            assertThat(answer.status()).as(name).isEqualTo(422);
        }
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        String token = crew.administrator();
        for (String password : List.of("short", "Password123", "aaaaaaaaaa", "somebody", "x".repeat(129))) {
            var answer = crew.client.send(
                    "POST",
                    "/people",
                    token,
                    "{\"name\":\"somebody\",\"password\":\"%s\",\"role\":\"viewer\"}".formatted(password));
            assertThat(answer.status()).as(password).isEqualTo(422);
            assertThat(answer.body().toString()).doesNotContain(password.substring(1));
        }
        assertThat(crew.client.send("PATCH", "/people/admin", token, "{}").status())
                .isEqualTo(422);
        assertThat(crew.client
                        .send("PATCH", "/people/admin", token, "{\"disabled\":true}")
                        .status())
                .as("the last administrator")
                .isEqualTo(409);
        assertThat(crew.client
                        .send("PATCH", "/people/nobody", token, "{\"disabled\":true}")
                        .status())
                .isEqualTo(404);
        crew.addPerson("buzz", "viewer");
        assertThat(crew.client
                        .send(
                                "POST",
                                "/people",
                                token,
                                "{\"name\":\"Buzz\",\"password\":\"%s\",\"role\":\"viewer\"}".formatted(PASSWORD))
                        .status())
                .isEqualTo(409);
        assertThat(crew.programToken("{\"client\":\"cli\",\"secret\":\"wrong\"}")
                        .status())
                .isEqualTo(401);
        assertThat(crew.programToken("{\"client\":\"other\",\"secret\":\"" + SECRET + "\"}")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void twoCopiesShareKeysPeopleAndSessions() throws Exception {
        try (Service second = CrewService.start(crew.config(), crew.clock)) {
            var other = new Client(second.port());
            String session = crew.client.logIn("admin", PASSWORD).text("session");
            var renewed = other.refresh(session);
            assertThat(renewed.status()).isEqualTo(200);
            assertThat(crew.client.get("/people", renewed.text("access_token")).status())
                    .isEqualTo(200);
            assertThat(other.get("/keys", "").body())
                    .isEqualTo(crew.client.get("/keys", "").body());
        }
    }

    @Test
    void logsNoSecrets() throws Exception {
        var answer = crew.client.logIn("admin", PASSWORD);
        crew.client.logIn(PASSWORD, "admin");
        crew.client.logIn("admin", "canary-in-a-guess");
        String token = crew.administrator();
        crew.client.get("/people", token + "x");
        crew.client.send("PATCH", "/people/admin", token, "{\"password\":\"canary-of-a-change\"}");
        String lines = crew.log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList()
                .toString();
        assertThat(lines).contains("Logged in");
        for (String secret : List.of(
                PASSWORD, SECRET, "canary", token, answer.text("session"), answer.text("access_token"), "argon2")) {
            assertThat(lines).doesNotContain(secret);
        }
        assertThat(crew.config().toString()).doesNotContain(PASSWORD, SECRET);
    }

    @Test
    void isUnreadyWithoutPostgresAndBackWithoutRestart() throws Exception {
        TokenVerifier verifier = crew.verifier();
        long before = postgresPid();
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        // Keys and tokens of programs need no database.
        verifier.verify(crew.administrator());
        await().atMost(Duration.ofSeconds(30)).until(() -> postgresPid() > 0 && postgresPid() != before);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> crew.client.get("/ready", "").status() == 200);
        // Readiness has a connection of its own; those of the pool are opened anew a little later.
        String administrator = crew.administrator();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> crew.client.get("/people", administrator).status() == 200);
        assertThat(crew.client.logIn("admin", PASSWORD).status()).isEqualTo(201);
    }

    private static long postgresPid() {
        return crew.backends.servers().stream()
                .filter(server -> server.name().equals("PostgreSQL"))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    @Test
    void reportsEveryFaultOfItsSettings() {
        var settings = Settings.of(Map.of(
                "crew.administrator.name", "not a name",
                "crew.administrator.password", "password",
                "crew.cli.secret", "short"));
        CrewConfig.read(settings.at("crew"));
        assertThatThrownBy(settings::check)
                .hasMessageContainingAll(
                        "crew.administrator.name",
                        "crew.administrator.password",
                        "crew.cli.secret",
                        "crew.postgres.url")
                .hasMessageNotContaining("short");
    }
}
