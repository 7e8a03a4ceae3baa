package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.crew.CrewFixture.PASSWORD;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.runtime.ServiceException;

/** What becomes of tokens whose session ends. */
class RevocationTest extends WithCrew {
    private static boolean counts(TokenVerifier verifier, String token) {
        try {
            verifier.verify(token);
            return true;
        } catch (ServiceException.Unauthenticated ended) {
            return false;
        }
    }

    private static Client.Answer renew(String session, boolean used) throws Exception {
        String body = "{\"session\":\"%s\",\"used\":%s}".formatted(session, used);
        return crew.client.send("POST", "/sessions/token", "", body);
    }

    @Test
    void whoeverLogsOutHasNoTokenAnyMore() throws Exception {
        var verifier = crew.verifier();
        var mine = crew.client.logIn("admin", PASSWORD);
        var other = crew.client.logIn("admin", PASSWORD);
        String token = mine.text("access_token");
        String renewed = renew(mine.text("session"), true).text("access_token");
        assertThat(counts(verifier, token)).isTrue();
        assertThat(counts(verifier, renewed)).isTrue();

        crew.client.send("POST", "/sessions/end", "", "{\"session\":\"" + mine.text("session") + "\"}");

        assertThat(crew.client.get("/people", token).status()).isEqualTo(401);
        await().until(() -> !counts(verifier, token) && !counts(verifier, renewed));
        assertThat(counts(verifier, other.text("access_token"))).isTrue();
    }

    @Test
    void whoeverIsDisabledOrDemotedHasNoTokenAnyMore() throws Exception {
        var verifier = crew.verifier();
        for (String change : new String[] {"{\"role\":\"viewer\"}", "{\"disabled\":true}"}) {
            String name = change.contains("role") ? "gene" : "jim";
            crew.addPerson(name, "operator");
            String token = crew.client.logIn(name, PASSWORD).text("access_token");
            assertThat(counts(verifier, token)).isTrue();
            crew.client.send("PATCH", "/people/" + name, crew.administrator(), change);
            await().until(() -> !counts(verifier, token));
        }
    }

    @Test
    void anOpenPageKeepsNoSession() throws Exception {
        var verifier = crew.verifier();
        var opened = crew.client.logIn("admin", PASSWORD);
        String session = opened.text("session");
        crew.clock.advance(Duration.ofMinutes(20));
        assertThat(renew(session, true).status()).isEqualTo(200);
        crew.clock.advance(Duration.ofMinutes(20));
        var last = renew(session, false);
        assertThat(last.status()).as("used 20 minutes ago").isEqualTo(200);
        assertThat(counts(verifier, last.text("access_token"))).isTrue();
        crew.clock.advance(Duration.ofMinutes(11));
        assertThat(renew(session, false).status()).isEqualTo(401);
    }

    @Test
    void tellsNothingButIdsOfSessions() throws Exception {
        var opened = crew.client.logIn("admin", PASSWORD);
        var before = crew.client.get("/revocations", "");
        assertThat(before.body().path("sessions")).isEmpty();
        crew.client.send("POST", "/sessions/end", "", "{\"session\":\"" + opened.text("session") + "\"}");
        var after = crew.client.get("/revocations?known=" + before.text("version"), "");
        assertThat(after.body().path("sessions")).hasSize(1);
        assertThat(after.body().path("sessions").get(0).asText()).isEqualTo(opened.text("session_id"));
        var same = crew.client.get("/revocations?known=" + after.text("version"), "");
        assertThat(same.body().path("sessions").isArray()).isFalse();
    }
}
