package org.perilune.chassis.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;

/** Tokens against keys that are fetched over HTTP, as from crew. */
@SuppressWarnings("JavaUtilDate") // the library's own type
class TokenVerifierTest {
    private static final ECKey KEY = key();
    private static final ECKey FOREIGN = key();

    private final PrometheusMeterRegistry meters = Meters.open();
    private final HttpListener crew = serve(0);
    private final Moved clock = new Moved();
    private final TokenVerifier verifier =
            TokenVerifier.open(TokenConfig.of(keysAt(crew.port())), new Peers(meters), meters, clock);

    private static final class Moved extends Clock {
        private volatile Instant now = Instant.parse("2026-11-21T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        } catch (com.nimbusds.jose.JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static URI keysAt(int port) {
        return URI.create("http://127.0.0.1:" + port + "/keys");
    }

    private HttpListener serve(int port) {
        return HttpListener.open(
                new HttpConfig("127.0.0.1", port, Duration.ofSeconds(1), TokenConfig.of(keysAt(1))),
                "crew",
                new Health(),
                meters,
                context -> {
                    throw new ServiceException.Unauthenticated("Nobody");
                },
                javalin -> javalin.routes.get(
                        "/keys",
                        context -> {
                            String keys = new JWKSet(KEY).toString(true);
                            context.result(keys);
                        },
                        Access.OPEN));
    }

    @AfterEach
    void close() {
        crew.close();
        meters.close();
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject("neil")
                .claim(TokenVerifier.ROLE_CLAIM, "operator")
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(clock.instant().plusSeconds(600)));
    }

    private static String sign(JWSAlgorithm algorithm, String type, JWSSigner signer, JWTClaimsSet claims)
            throws Exception {
        return sign("one", algorithm, type, signer, claims);
    }

    private static String sign(String keyId, JWSAlgorithm algorithm, String type, JWSSigner signer, JWTClaimsSet claims)
            throws Exception {
        var header = new JWSHeader.Builder(algorithm)
                .keyID(keyId)
                .type(new JOSEObjectType(type))
                .build();
        var token = new SignedJWT(header, claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String signed(JWTClaimsSet.Builder claims) throws Exception {
        return sign(JWSAlgorithm.ES256, TokenVerifier.TYPE, new ECDSASigner(KEY), claims.build());
    }

    private void assertRefused(String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(ServiceException.Unauthenticated.class);
    }

    @Test
    void takesWhatCrewSigned() throws Exception {
        assertThat(verifier.verify(signed(claims())))
                .isEqualTo(new Principal("neil", Role.OPERATOR, clock.instant().plusSeconds(600)));
    }

    @Test
    void refusesExpiredTokensEvenThoseItKnows() throws Exception {
        String known = signed(claims());
        String fresh = signed(claims().subject("buzz"));
        verifier.verify(known);

        clock.now = clock.now.plusSeconds(600 + 29);
        verifier.verify(known);

        clock.now = clock.now.plusSeconds(2);
        assertRefused(known);
        assertRefused(fresh);
    }

    @Test
    void refusesForgeries() throws Exception {
        JWTClaimsSet claims = claims().build();
        byte[] published = KEY.toPublicJWK().toJSONString().getBytes(UTF_8);

        assertRefused(sign(JWSAlgorithm.ES256, TokenVerifier.TYPE, new ECDSASigner(FOREIGN), claims));
        assertRefused(sign(JWSAlgorithm.HS256, TokenVerifier.TYPE, new MACSigner(published), claims));
        assertRefused(sign(
                JWSAlgorithm.HS256,
                TokenVerifier.TYPE,
                new MACSigner(KEY.toECPublicKey().getEncoded()),
                claims));
        assertRefused(new PlainJWT(claims).serialize());

        String good = signed(claims());
        assertRefused(good.substring(0, good.lastIndexOf('.') + 1));
        String[] parts = good.split("\\.", -1);
        String[] other = signed(claims().claim(TokenVerifier.ROLE_CLAIM, "administrator"))
                .split("\\.", -1);
        assertRefused(parts[0] + "." + other[1] + "." + parts[2]);
        assertRefused("");
        assertRefused("x".repeat(100_000));
    }

    @Test
    void refusesTokensThatAreForOthers() throws Exception {
        assertRefused(signed(claims().issuer("someone")));
        assertRefused(signed(claims().audience("another")));
        assertRefused(sign(JWSAlgorithm.ES256, "JWT", new ECDSASigner(KEY), claims().build()));
        assertRefused(signed(claims().claim(TokenVerifier.ROLE_CLAIM, "emperor")));
        assertRefused(signed(claims().claim(TokenVerifier.ROLE_CLAIM, null)));
        assertRefused(signed(claims().subject(null)));
        assertRefused(signed(claims().expirationTime(null)));
    }

    @Test
    void saysThatKeysAreOutOfReachAndGoesOnWhenTheyAreBack() throws Exception {
        String token = signed(claims());
        int port = crew.port();
        crew.close();
        var late = TokenVerifier.open(TokenConfig.of(keysAt(port)), new Peers(meters), meters, clock);
        for (int attempt = 0; attempt < 5; attempt++) {
            assertThatThrownBy(() -> late.verify(token)).isInstanceOf(ServiceException.Unavailable.class);
        }
        HttpListener back = serve(port);
        try {
            await().atMost(Duration.ofSeconds(5))
                    .ignoreExceptionsInstanceOf(ServiceException.Unavailable.class)
                    .until(() -> late.verify(token).name().equals("neil"));
        } finally {
            back.close();
        }
    }

    private String byKey(String keyId) throws Exception {
        return sign(keyId, JWSAlgorithm.ES256, TokenVerifier.TYPE, new ECDSASigner(FOREIGN), claims().build());
    }

    @Test
    void keyIdsThatCrewDoesNotPublishDoNotCountHoweverOftenTheyCome() throws Exception {
        for (int attempt = 0; attempt < 10; attempt++) {
            assertRefused(byKey("invented-" + attempt));
        }
        verifier.verify(signed(claims()));
    }

    @Test
    void whileKeysAreOutOfReachUnknownIdsMayBeOursAndKnownOnesGoOn() throws Exception {
        verifier.verify(signed(claims()));
        crew.close();
        // The first may still meet the limit of the fetch above, and be refused by what that brought.
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThatThrownBy(() -> verifier.verify(byKey("new")))
                        .isInstanceOf(ServiceException.Unavailable.class));
        assertThat(verifier.verify(signed(claims().subject("buzz"))).name()).isEqualTo("buzz");
        assertRefused(sign(JWSAlgorithm.ES256, TokenVerifier.TYPE, new ECDSASigner(FOREIGN), claims().build()));
    }
}
