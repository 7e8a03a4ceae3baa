package org.perilune.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.testkit.Caller;
import org.perilune.testkit.Gate;
import org.perilune.testkit.StandInCrew;

/** A service whose people's sessions end while their tokens live for long. */
class RevocationsTest {
    private static final Duration MAX_AGE = Duration.ofMillis(1_500);

    private final PrometheusMeterRegistry meters = Meters.open();
    private final Resources resources = new Resources();
    private StandInCrew crew;
    private Gate way;
    private int port;

    /** Tells nothing, as long as nobody ends it. */
    private static final class Silence implements ServerSentEvents.Source {
        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public Optional<byte[]> next(Duration timeout, boolean behind) throws InterruptedException {
            boolean over = ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return over ? Optional.empty() : Optional.of(new byte[0]);
        }

        @Override
        public boolean hasEnded() {
            return ended.getCount() == 0;
        }

        @Override
        public void end() {
            ended.countDown();
        }
    }

    @BeforeEach
    void start() throws Exception {
        crew = resources.add(new StandInCrew());
        way = resources.add(new Gate(crew.uri().getPort()));
        var keys = URI.create(crew.keysUrl());
        var revocations = URI.create("http://127.0.0.1:" + way.port() + "/revocations");
        var tokens = new TokenConfig(keys, revocations, MAX_AGE);
        var verifier = resources.add(TokenVerifier.open(tokens, new Peers(meters), meters, Clock.systemUTC()));
        var http = resources.add(HttpListener.open(
                new HttpConfig("127.0.0.1", 0, Duration.ofSeconds(1), tokens),
                "test",
                new Health(),
                meters,
                verifier,
                javalin -> {
                    javalin.routes.get("/thing", context -> context.result("{}"), Access.VIEWER);
                    javalin.routes.get(
                            "/stream",
                            context -> ServerSentEvents.serve(context, new Silence(), Clock.systemUTC()),
                            Access.VIEWER);
                }));
        port = http.port();
    }

    @AfterEach
    void stop() {
        resources.close();
        meters.close();
    }

    private int ask(Caller caller) throws Exception {
        return caller.send("GET", "/thing", "").statusCode();
    }

    @Test
    void endedSessionCountsNoMoreAndItsStreamsEnd() throws Exception {
        way.open();
        var alice = resources.add(new Caller(port, crew.token("alice", "operator", "a")));
        var bob = resources.add(new Caller(port, crew.token("bob", "operator", "b")));
        assertThat(ask(alice)).isEqualTo(200);
        assertThat(ask(bob)).isEqualTo(200);
        InputStream ending = stream(alice);
        InputStream going = stream(bob);

        crew.end("a");

        await().until(() -> ask(alice) == 401);
        assertThat(alice.send("GET", "/thing", "").body()).contains("The session has ended; log in again");
        ending.readAllBytes(); // returns, since it has ended
        assertThat(ask(bob)).isEqualTo(200);
        assertThat(stream(alice, 401)).isEmpty();
        assertThat(going.read()).isPositive();
    }

    @Test
    void nobodysSessionCountsWhenCrewHasNotToldForTooLong() throws Exception {
        way.open();
        var alice = resources.add(new Caller(port, crew.token("alice", "operator", "a")));
        var program = resources.add(new Caller(port, crew.token("program:cli", "operator")));
        assertThat(ask(alice)).isEqualTo(200);
        InputStream ending = stream(alice);
        way.shut();
        assertThat(ask(alice)).as("for a moment it goes on").isEqualTo(200);

        await().until(() -> ask(alice) == 503);
        ending.readAllBytes();
        assertThat(ask(program)).as("programs have no session").isEqualTo(200);

        way.open();
        await().until(() -> ask(alice) == 200);
    }

    @Test
    void nobodysSessionCountsBeforeCrewHasTold() throws Exception {
        var alice = resources.add(new Caller(port, crew.token("alice", "operator", "a")));
        HttpResponse<String> refused = alice.send("GET", "/thing", "");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("Telemetry is still recorded");
        way.open();
        await().until(() -> ask(alice) == 200);
        assertThat(meters.scrape()).contains("tokens_revocations_age_seconds");
    }

    private static InputStream stream(Caller caller) throws Exception {
        return stream(caller, 200).orElseThrow();
    }

    private static Optional<InputStream> stream(Caller caller, int status) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                caller.http().send(caller.request("/stream").build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(status);
        return status == 200 ? Optional.of(answer.body()) : Optional.empty();
    }
}
