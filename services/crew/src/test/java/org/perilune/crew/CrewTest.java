package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.Postgres;
import org.perilune.chassis.Principal;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Settings;
import org.perilune.chassis.TokenVerifier;
import org.perilune.contracts.Role;
import org.perilune.contracts.Topology;
import org.perilune.pad.Pad;
import org.perilune.pad.PadConfig;
import org.slf4j.LoggerFactory;

@SuppressWarnings("JavaUtilDate") // the library's own type
class CrewTest {
    private static final String PASSWORD = "the dish at Parkes 1969";
    private static final String SECRET = "a-secret-of-the-command-line";

    @TempDir
    static Path home;

    private static Pad pad;

    private final SettableClock clock = new SettableClock();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private CrewService crew;
    private Client client;

    @BeforeAll
    static void startPad() {
        pad = Pad.start(PadConfig.onFreePorts(home, List.of("crew")), sentence -> {});
    }

    @AfterAll
    static void stopPad() {
        pad.close();
    }

    @BeforeEach
    void start() {
        log.start();
        rootLogger().addAppender(log);
        crew = CrewService.start(config(), clock);
        client = new Client(crew.port());
    }

    @AfterEach
    void stop() throws Exception {
        crew.close();
        rootLogger().detachAppender(log);
        try (var connection = DriverManager.getConnection(
                        pad.settings().get("crew.postgres.url"),
                        "crew",
                        config().postgres().password().reveal());
                var statement = connection.createStatement()) {
            statement.execute("truncate person, session, signing_key");
        }
    }

    private static ch.qos.logback.classic.Logger rootLogger() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static CrewConfig config() {
        var values = new HashMap<String, String>();
        pad.settings().forEach((key, value) -> {
            if (key.startsWith("crew.")) {
                values.put(key, value);
            }
        });
        values.put("crew.http.port", "0");
        values.put("crew.administrator.password", PASSWORD);
        values.put("crew.cli.secret", SECRET);
        Topology.TOKENS.keySet().forEach(service -> values.put("crew.services." + service.name() + ".secret", SECRET));
        var settings = Settings.of(values);
        CrewConfig config = CrewConfig.read(settings.at("crew"));
        settings.check();
        return config;
    }

    private TokenVerifier verifier() {
        return TokenVerifier.byKeysAt(URI.create("http://127.0.0.1:" + crew.port() + "/keys"), clock);
    }

    private Client.Answer programToken(String body) throws Exception {
        return client.send("POST", "/tokens", "", body);
    }

    private String administrator() throws Exception {
        return programToken("{\"client\":\"cli\",\"secret\":\"" + SECRET + "\"}")
                .text("access_token");
    }

    private void addPerson(String name, String role) throws Exception {
        var added = client.send(
                "POST",
                "/people",
                administrator(),
                "{\"name\":\"%s\",\"password\":\"%s\",\"role\":\"%s\"}".formatted(name, PASSWORD, role));
        assertThat(added.status()).isEqualTo(201);
    }

    @Test
    void firstAdministratorLogsInAndEverybodyCanCheckTheToken() throws Exception {
        var answer = client.logIn("Admin", PASSWORD);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("name")).isEqualTo("admin");
        assertThat(answer.text("role")).isEqualTo("administrator");
        assertThat(answer.body().path("expires_in").asInt()).isEqualTo(300);
        Principal principal = verifier().verify(answer.text("access_token"));
        assertThat(principal)
                .isEqualTo(new Principal(
                        "admin", Role.ADMINISTRATOR, clock.instant().plusSeconds(300)));
        assertThat(client.get("/people", answer.text("access_token")).status()).isEqualTo(200);
    }

    @Test
    void wrongPasswordAndUnknownNameGetTheSameAnswer() throws Exception {
        var wrong = client.logIn("admin", "not the password");
        var unknown = client.logIn("nobody", "not the password");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.text("detail")).isEqualTo(wrong.text("detail"));
        assertThat(client.send("POST", "/sessions", "", "{\"name\":\"admin\"}").status())
                .isEqualTo(422);
        assertThat(client.send("POST", "/sessions", "", "{").status()).isEqualTo(400);
    }

    @Test
    void guessingGetsSlowAndNeverLocksAnybodyOut() throws Exception {
        for (int guess = 0; guess < 5; guess++) {
            assertThat(client.logIn("admin", "guess number " + guess).status()).isEqualTo(401);
        }
        var slowedDown = client.logIn("admin", PASSWORD);
        assertThat(slowedDown.status()).isEqualTo(429);
        assertThat(slowedDown.retryAfter()).contains("1");
        clock.advance(Duration.ofSeconds(1));
        assertThat(client.logIn("admin", "guess number 6").status()).isEqualTo(401);
        assertThat(client.logIn("admin", PASSWORD).retryAfter()).contains("2");
        clock.advance(Duration.ofSeconds(2));
        assertThat(client.logIn("admin", PASSWORD).status()).isEqualTo(201);
        assertThat(client.logIn("admin", "a slip of the finger").status()).isEqualTo(401);
        assertThat(client.logIn("admin", PASSWORD).status()).isEqualTo(201);
    }

    @Test
    void guessesAtOnceGainNothing() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> guesses = java.util.stream.IntStream.range(0, 16)
                    .<Callable<Integer>>mapToObj(guess ->
                            () -> client.logIn("admin", "guess number " + guess).status())
                    .toList();
            long looked = executor.invokeAll(guesses).stream()
                    .filter(answer -> answer.resultNow() == 401)
                    .count();
            assertThat(looked).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void servicesGetTokensOfTheirOwnAndNoHigherRole() throws Exception {
        String asked = "{\"client\":\"service:timeline\",\"secret\":\"%s\"%s}";
        Principal timeline =
                verifier().verify(programToken(asked.formatted(SECRET, "")).text("access_token"));
        assertThat(timeline.name()).isEqualTo("service:timeline");
        assertThat(timeline.role()).isEqualTo(Role.OPERATOR);
        assertThat(timeline.isService()).isTrue();
        assertThat(timeline.isPerson()).isFalse();
        assertThat(programToken(asked.formatted(SECRET, ",\"role\":\"administrator\""))
                        .status())
                .isEqualTo(403);
        assertThat(programToken(asked.formatted("a-secret-of-another-service", ""))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void tokensExpire() throws Exception {
        String token = administrator();
        TokenVerifier verifier = verifier();
        assertThat(verifier.verify(token).name()).isEqualTo("program:cli");
        clock.advance(Duration.ofMinutes(5).plusSeconds(31));
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(ServiceException.Unauthenticated.class);
        assertThatThrownBy(() -> verifier().verify(token)).isInstanceOf(ServiceException.Unauthenticated.class);
        assertThat(client.get("/people", token).status()).isEqualTo(401);
    }

    @Test
    void forgedTokensDoNotCount() throws Exception {
        var published = client.get("/keys", "").body().path("keys").get(0);
        assertThat(published.has("d")).isFalse();
        ECKey real = ECKey.parse(published.toString());
        ECKey other = new ECKeyGenerator(Curve.P_256).keyID(real.getKeyID()).generate();
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(real.getKeyID()).type(new JOSEObjectType("at+jwt"));
        var otherKey = new SignedJWT(header.build(), claims().build());
        otherKey.sign(new ECDSASigner(other));
        var symmetric = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(real.getKeyID())
                        .type(new JOSEObjectType("at+jwt"))
                        .build(),
                claims().build());
        symmetric.sign(new MACSigner(real.toECPublicKey().getEncoded()));
        for (String forged : List.of(
                otherKey.serialize(), symmetric.serialize(), new PlainJWT(claims().build()).serialize(), "x.y.z", "")) {
            assertThatThrownBy(() -> verifier().verify(forged)).isInstanceOf(ServiceException.Unauthenticated.class);
            assertThat(client.get("/people", forged.isEmpty() ? " " : forged).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void ourOwnKeyForSomethingElseDoesNotCount() throws Exception {
        // Signed with the real key, as another kind of token of ours might be one day.
        ECKey key = ring().signing().jwk();
        assertThat(verifier().verify(sign(key, "at+jwt", claims().build())).name())
                .isEqualTo("forger");
        assertThatThrownBy(() -> verifier().verify(sign(key, "JWT", claims().build())))
                .isInstanceOf(ServiceException.Unauthenticated.class);
        for (JWTClaimsSet wrong : List.of(
                claims().audience("others").build(),
                claims().issuer("others").build(),
                claims().expirationTime(null).build(),
                claims().notBeforeTime(Date.from(clock.instant().plusSeconds(60)))
                        .build(),
                claims().claim("role", "king").build())) {
            assertThatThrownBy(() -> verifier().verify(sign(key, "at+jwt", wrong)))
                    .isInstanceOf(ServiceException.Unauthenticated.class);
        }
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("perilune")
                .audience("perilune")
                .subject("forger")
                .claim("role", "administrator")
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(clock.instant().plusSeconds(300)));
    }

    private static String sign(ECKey key, String type, JWTClaimsSet claims) throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(key.getKeyID())
                .type(new JOSEObjectType(type))
                .build();
        var token = new SignedJWT(header, claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    /** The keys as another copy of crew has them. */
    private KeyRing ring() {
        try (var postgres = Postgres.open(config().postgres(), "db/crew", new SimpleMeterRegistry())) {
            var ring = new KeyRing(new SigningKeyStore(postgres), clock);
            ring.refresh();
            return ring;
        }
    }

    @Test
    void keysRotateAndTheNextIsKnownBeforeItSigns() throws Exception {
        TokenVerifier early = verifier();
        String before = administrator();
        early.verify(before);
        String first = SignedJWT.parse(before).getHeader().getKeyID();
        assertThat(client.get("/keys", "").body().path("keys")).hasSize(2);

        clock.advance(KeyRing.LIFE);
        String after = administrator();
        String second = SignedJWT.parse(after).getHeader().getKeyID();
        assertThat(second).isNotEqualTo(first);
        assertThat(early.verify(after).name()).isEqualTo("program:cli");

        clock.advance(KeyRing.KEPT.plusSeconds(1));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var published = client.get("/keys", "").body().path("keys");
            assertThat(published).hasSize(2);
            assertThat(published.findValuesAsText("kid")).contains(second).doesNotContain(first);
        });
    }

    @Test
    void sessionsGiveTokensUntilIdleOldOrEnded() throws Exception {
        String session = client.logIn("admin", PASSWORD).text("session");
        assertThat(session).hasSize(43);
        for (int use = 0; use < 24; use++) {
            clock.advance(Duration.ofMinutes(29));
            var renewed = client.refresh(session);
            assertThat(renewed.status()).isEqualTo(200);
            assertThat(verifier().verify(renewed.text("access_token")).name()).isEqualTo("admin");
        }
        clock.advance(Duration.ofMinutes(29));
        assertThat(client.refresh(session).status()).as("older than 12 hours").isEqualTo(401);

        String idle = client.logIn("admin", PASSWORD).text("session");
        clock.advance(Duration.ofMinutes(31));
        assertThat(client.refresh(idle).status()).isEqualTo(401);

        String ended = client.logIn("admin", PASSWORD).text("session");
        assertThat(client.send("POST", "/sessions/end", "", "{\"session\":\"" + ended + "\"}")
                        .status())
                .isEqualTo(204);
        assertThat(client.refresh(ended).status()).isEqualTo(401);
        assertThat(client.refresh("made-up").status()).isEqualTo(401);
    }

    @Test
    void passwordChangeAndDisablingEndSessions() throws Exception {
        addPerson("gene", "flight-director");
        String session = client.logIn("gene", PASSWORD).text("session");
        var changed = client.send("PATCH", "/people/gene", administrator(), "{\"password\":\"failure is no option\"}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(client.refresh(session).status()).isEqualTo(401);
        assertThat(client.logIn("gene", PASSWORD).status()).isEqualTo(401);

        String second = client.logIn("gene", "failure is no option").text("session");
        assertThat(client.refresh(second).status()).isEqualTo(200);
        client.send("PATCH", "/people/gene", administrator(), "{\"disabled\":true}");
        assertThat(client.refresh(second).status()).isEqualTo(401);
        assertThat(client.logIn("gene", "failure is no option").status()).isEqualTo(401);
    }

    @Test
    void rolesDecideWhoMayChangePeople() throws Exception {
        addPerson("viewer", "viewer");
        String viewer = client.logIn("viewer", PASSWORD).text("access_token");
        assertThat(client.get("/people", viewer).body().path("people")).hasSize(2);
        assertThat(client.send("POST", "/people", viewer, "{}").status()).isEqualTo(403);
        assertThat(client.send("PATCH", "/people/admin", viewer, "{\"disabled\":true}")
                        .status())
                .isEqualTo(403);
        assertThat(client.send("POST", "/people", "", "{}").status()).isEqualTo(401);
        String lower = programToken("{\"client\":\"cli\",\"secret\":\"" + SECRET + "\",\"role\":\"operator\"}")
                .text("access_token");
        assertThat(verifier().verify(lower).role()).isEqualTo(Role.OPERATOR);
        assertThat(client.send("POST", "/people", lower, "{}").status()).isEqualTo(403);
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        String token = administrator();
        for (String password : List.of("short", "Password123", "aaaaaaaaaa", "somebody", "x".repeat(129))) {
            var answer = client.send(
                    "POST",
                    "/people",
                    token,
                    "{\"name\":\"somebody\",\"password\":\"%s\",\"role\":\"viewer\"}".formatted(password));
            assertThat(answer.status()).as(password).isEqualTo(422);
            assertThat(answer.body().toString()).doesNotContain(password.substring(1));
        }
        assertThat(client.send("PATCH", "/people/admin", token, "{}").status()).isEqualTo(422);
        assertThat(client.send("PATCH", "/people/admin", token, "{\"disabled\":true}")
                        .status())
                .as("the last administrator")
                .isEqualTo(409);
        assertThat(client.send("PATCH", "/people/nobody", token, "{\"disabled\":true}")
                        .status())
                .isEqualTo(404);
        addPerson("buzz", "viewer");
        assertThat(client.send(
                                "POST",
                                "/people",
                                token,
                                "{\"name\":\"Buzz\",\"password\":\"%s\",\"role\":\"viewer\"}".formatted(PASSWORD))
                        .status())
                .isEqualTo(409);
        assertThat(programToken("{\"client\":\"cli\",\"secret\":\"wrong\"}").status())
                .isEqualTo(401);
        assertThat(programToken("{\"client\":\"other\",\"secret\":\"" + SECRET + "\"}")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void twoCopiesShareKeysPeopleAndSessions() throws Exception {
        try (CrewService second = CrewService.start(config(), clock)) {
            var other = new Client(second.port());
            String session = client.logIn("admin", PASSWORD).text("session");
            var renewed = other.refresh(session);
            assertThat(renewed.status()).isEqualTo(200);
            assertThat(client.get("/people", renewed.text("access_token")).status())
                    .isEqualTo(200);
            assertThat(other.get("/keys", "").body())
                    .isEqualTo(client.get("/keys", "").body());
        }
    }

    @Test
    void logsNoSecrets() throws Exception {
        var answer = client.logIn("admin", PASSWORD);
        client.logIn(PASSWORD, "admin");
        client.logIn("admin", "canary-in-a-guess");
        String token = administrator();
        client.get("/people", token + "x");
        client.send("PATCH", "/people/admin", token, "{\"password\":\"canary-of-a-change\"}");
        String lines = log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList()
                .toString();
        assertThat(lines).contains("Logged in");
        for (String secret : List.of(
                PASSWORD, SECRET, "canary", token, answer.text("session"), answer.text("access_token"), "argon2")) {
            assertThat(lines).doesNotContain(secret);
        }
        assertThat(config().toString()).doesNotContain(PASSWORD, SECRET);
    }

    @Test
    void isUnreadyWithoutPostgresAndBackWithoutRestart() throws Exception {
        TokenVerifier verifier = verifier();
        long before = postgresPid();
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        // Keys and tokens of programs need no database.
        verifier.verify(administrator());
        await().atMost(Duration.ofSeconds(30)).until(() -> postgresPid() > 0 && postgresPid() != before);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> client.get("/ready", "").status() == 200);
        assertThat(client.logIn("admin", PASSWORD).status()).isEqualTo(201);
    }

    private static long postgresPid() {
        return pad.servers().stream()
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
