package org.perilune.crew;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.contracts.Role;

/** Makes the tokens that {@link TokenVerifier} checks. Safe for threads. */
final class TokenIssuer {
    static final Duration LIFE = Duration.ofMinutes(5);

    private final KeyRing keys;
    private final Clock clock;

    TokenIssuer(KeyRing keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** @param session that the token ends with; null for programs and services, which have none */
    String issue(String name, Role role, @Nullable String session) {
        SigningKey key = keys.signing();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenVerifier.TYPE))
                .keyID(key.jwk().getKeyID())
                .build();
        var token = new SignedJWT(header, claims(name, role, session));
        try {
            token.sign(new ECDSASigner(key.jwk()));
        } catch (JOSEException failure) {
            throw new IllegalStateException("A token could not be signed", failure);
        }
        return token.serialize();
    }

    @SuppressWarnings("JavaUtilDate") // the library's own type
    private JWTClaimsSet claims(String name, Role role, @Nullable String session) {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject(name)
                .claim(TokenVerifier.ROLE_CLAIM, role.wireName())
                .claim(TokenVerifier.SESSION_CLAIM, session)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE)))
                .jwtID(UUID.randomUUID().toString())
                .build();
    }
}
