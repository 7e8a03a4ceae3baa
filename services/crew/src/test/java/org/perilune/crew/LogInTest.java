package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.perilune.crew.CrewFixture.PASSWORD;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.http.Principal;
import org.perilune.contracts.Role;

/** Passwords, guesses, and sessions. */
class LogInTest extends WithCrew {
    @Test
    void firstAdministratorLogsInAndEverybodyCanCheckTheToken() throws Exception {
        var answer = crew.client.logIn("Admin", PASSWORD);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("name")).isEqualTo("admin");
        assertThat(answer.text("role")).isEqualTo("administrator");
        assertThat(answer.body().path("expires_in").asInt()).isEqualTo(300);
        Principal principal = crew.verifier().verify(answer.text("access_token"));
        assertThat(principal)
                .isEqualTo(new Principal(
                        "admin", Role.ADMINISTRATOR, crew.clock.instant().plusSeconds(300), answer.text("session_id")));
        assertThat(crew.client.get("/people", answer.text("access_token")).status())
                .isEqualTo(200);
    }

    @Test
    void wrongPasswordAndUnknownNameGetTheSameAnswer() throws Exception {
        var wrong = crew.client.logIn("admin", "not the password");
        var unknown = crew.client.logIn("nobody", "not the password");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.text("detail")).isEqualTo(wrong.text("detail"));
        assertThat(crew.client
                        .send("POST", "/sessions", "", "{\"name\":\"admin\"}")
                        .status())
                .isEqualTo(422);
        assertThat(crew.client.send("POST", "/sessions", "", "{").status()).isEqualTo(400);
    }

    @Test
    void keepsNothingOfNamesThatNobodyCanHave() throws Exception {
        String endless = "x".repeat(10_000);
        assertThat(crew.client.logIn(endless, "not the password").status()).isEqualTo(401);
        assertThat(crew.programToken("{\"client\":\"%s\",\"secret\":\"wrong\"}".formatted(endless))
                        .status())
                .isEqualTo(401);
        assertThat(crew.client.logIn("x".repeat(20_000), "not the password").status())
                .as("more than anybody without a token may send")
                .isEqualTo(413);
    }

    @Test
    void slowsEverybodyDownWhoGuessesAtNobody() throws Exception {
        for (int guess = 0; guess < 5; guess++) {
            assertThat(crew.client.logIn("no name, number " + guess, "a guess").status())
                    .isEqualTo(401);
        }
        assertThat(crew.client.logIn("no name at all", "a guess").status()).isEqualTo(429);
        assertThat(crew.client.logIn("admin", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void guessingGetsSlowAndNeverLocksAnybodyOut() throws Exception {
        for (int guess = 0; guess < 5; guess++) {
            assertThat(crew.client.logIn("admin", "guess number " + guess).status())
                    .isEqualTo(401);
        }
        var slowedDown = crew.client.logIn("admin", PASSWORD);
        assertThat(slowedDown.status()).isEqualTo(429);
        assertThat(slowedDown.retryAfter()).contains("1");
        crew.clock.advance(Duration.ofSeconds(1));
        assertThat(crew.client.logIn("admin", "guess number 6").status()).isEqualTo(401);
        assertThat(crew.client.logIn("admin", PASSWORD).retryAfter()).contains("2");
        crew.clock.advance(Duration.ofSeconds(2));
        assertThat(crew.client.logIn("admin", PASSWORD).status()).isEqualTo(201);
        assertThat(crew.client.logIn("admin", "a slip of the finger").status()).isEqualTo(401);
        assertThat(crew.client.logIn("admin", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void guessesAtOnceGainNothing() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> guesses = java.util.stream.IntStream.range(0, 16)
                    .<Callable<Integer>>mapToObj(guess -> () ->
                            crew.client.logIn("admin", "guess number " + guess).status())
                    .toList();
            long looked = executor.invokeAll(guesses).stream()
                    .filter(answer -> answer.resultNow() == 401)
                    .count();
            assertThat(looked).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void sessionsGiveTokensUntilIdleOldOrEnded() throws Exception {
        String session = crew.client.logIn("admin", PASSWORD).text("session");
        assertThat(session).hasSize(43);
        for (int use = 0; use < 24; use++) {
            crew.clock.advance(Duration.ofMinutes(29));
            var renewed = crew.client.refresh(session);
            assertThat(renewed.status()).isEqualTo(200);
            assertThat(crew.verifier().verify(renewed.text("access_token")).name())
                    .isEqualTo("admin");
        }
        crew.clock.advance(Duration.ofMinutes(29));
        assertThat(crew.client.refresh(session).status())
                .as("older than 12 hours")
                .isEqualTo(401);

        String idle = crew.client.logIn("admin", PASSWORD).text("session");
        crew.clock.advance(Duration.ofMinutes(31));
        assertThat(crew.client.refresh(idle).status()).isEqualTo(401);

        String ended = crew.client.logIn("admin", PASSWORD).text("session");
        assertThat(crew.client
                        .send("POST", "/sessions/end", "", "{\"session\":\"" + ended + "\"}")
                        .status())
                .isEqualTo(204);
        assertThat(crew.client.refresh(ended).status()).isEqualTo(401);
        assertThat(crew.client.refresh("made-up").status()).isEqualTo(401);
    }

    @Test
    void passwordChangeAndDisablingEndSessions() throws Exception {
        crew.addPerson("gene", "flight-director");
        String session = crew.client.logIn("gene", PASSWORD).text("session");
        var changed = crew.client.send(
                "PATCH", "/people/gene", crew.administrator(), "{\"password\":\"failure is no option\"}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(crew.client.refresh(session).status()).isEqualTo(401);
        assertThat(crew.client.logIn("gene", PASSWORD).status()).isEqualTo(401);

        String second = crew.client.logIn("gene", "failure is no option").text("session");
        assertThat(crew.client.refresh(second).status()).isEqualTo(200);
        crew.client.send("PATCH", "/people/gene", crew.administrator(), "{\"disabled\":true}");
        assertThat(crew.client.refresh(second).status()).isEqualTo(401);
        assertThat(crew.client.logIn("gene", "failure is no option").status()).isEqualTo(401);
    }
}
