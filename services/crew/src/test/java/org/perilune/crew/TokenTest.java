package org.perilune.crew;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.perilune.crew.CrewFixture.SECRET;

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
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;

/** Tokens and the keys that sign them. */
@SuppressWarnings("JavaUtilDate") // the library's own type
class TokenTest extends WithCrew {
    @Test
    void servicesGetTokensOfTheirOwnAndNoHigherRole() throws Exception {
        String asked = "{\"client\":\"service:timeline\",\"secret\":\"%s\"%s}";
        Principal timeline = crew.verifier()
                .verify(crew.programToken(asked.formatted(SECRET, "")).text("access_token"));
        assertThat(timeline.name()).isEqualTo("service:timeline");
        assertThat(timeline.role()).isEqualTo(Role.OPERATOR);
        assertThat(timeline.isService()).isTrue();
        assertThat(timeline.isPerson()).isFalse();
        assertThat(crew.programToken(asked.formatted(SECRET, ",\"role\":\"administrator\""))
                        .status())
                .isEqualTo(403);
        assertThat(crew.programToken(asked.formatted("a-secret-of-another-service", ""))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void tokensExpire() throws Exception {
        String token = crew.administrator();
        TokenVerifier verifier = crew.verifier();
        assertThat(verifier.verify(token).name()).isEqualTo("program:cli");
        crew.clock.advance(Duration.ofMinutes(5).plusSeconds(31));
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(ServiceException.Unauthenticated.class);
        assertThatThrownBy(() -> crew.verifier().verify(token)).isInstanceOf(ServiceException.Unauthenticated.class);
        assertThat(crew.client.get("/people", token).status()).isEqualTo(401);
    }

    @Test
    void forgedTokensDoNotCount() throws Exception {
        var published = crew.client.get("/keys", "").body().path("keys").get(0);
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
            assertThatThrownBy(() -> crew.verifier().verify(forged))
                    .isInstanceOf(ServiceException.Unauthenticated.class);
            assertThat(crew.client
                            .get("/people", forged.isEmpty() ? " " : forged)
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void ourOwnKeyForSomethingElseDoesNotCount() throws Exception {
        // Signed with the real key, as another kind of token of ours might be one day.
        ECKey key = ring().signing().jwk();
        assertThat(crew.verifier().verify(sign(key, "at+jwt", claims().build())).name())
                .isEqualTo("forger");
        assertThatThrownBy(() -> crew.verifier().verify(sign(key, "JWT", claims().build())))
                .isInstanceOf(ServiceException.Unauthenticated.class);
        for (JWTClaimsSet wrong : List.of(
                claims().audience("others").build(),
                claims().issuer("others").build(),
                claims().expirationTime(null).build(),
                claims().notBeforeTime(Date.from(crew.clock.instant().plusSeconds(60)))
                        .build(),
                claims().claim("role", "king").build())) {
            assertThatThrownBy(() -> crew.verifier().verify(sign(key, "at+jwt", wrong)))
                    .isInstanceOf(ServiceException.Unauthenticated.class);
        }
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("perilune")
                .audience("perilune")
                .subject("forger")
                .claim("role", "administrator")
                .issueTime(Date.from(crew.clock.instant()))
                .expirationTime(Date.from(crew.clock.instant().plusSeconds(300)));
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
        try (var postgres = Postgres.open(crew.config().postgres(), "db/crew", new SimpleMeterRegistry())) {
            var ring = new KeyRing(new SigningKeyStore(postgres), crew.clock);
            ring.refresh();
            return ring;
        }
    }

    @Test
    void keysRotateAndTheNextIsKnownBeforeItSigns() throws Exception {
        TokenVerifier early = crew.verifier();
        String before = crew.administrator();
        early.verify(before);
        String first = SignedJWT.parse(before).getHeader().getKeyID();
        assertThat(crew.client.get("/keys", "").body().path("keys")).hasSize(2);

        crew.clock.advance(KeyRing.LIFE);
        String after = crew.administrator();
        String second = SignedJWT.parse(after).getHeader().getKeyID();
        assertThat(second).isNotEqualTo(first);
        assertThat(early.verify(after).name()).isEqualTo("program:cli");

        crew.clock.advance(KeyRing.RETENTION.plusSeconds(1));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var published = crew.client.get("/keys", "").body().path("keys");
            assertThat(published).hasSize(2);
            assertThat(published.findValuesAsText("kid")).contains(second).doesNotContain(first);
        });
    }
}
