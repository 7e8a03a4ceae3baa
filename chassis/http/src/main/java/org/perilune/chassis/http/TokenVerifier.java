package org.perilune.chassis.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.MalformedURLException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.HttpClients;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.contracts.Role;

/**
 * Checks bearer tokens by crew's published keys: ES256 and {@code at+jwt} only, issuer, audience and times with 30 s of
 * tolerance. What was verified is remembered until it expires, since a signature costs more than most requests. Whether
 * the session that a token was made from has ended is checked every time. Safe for threads.
 */
public final class TokenVerifier implements Authenticator, AutoCloseable {
    public static final String ISSUER = "perilune";
    public static final String AUDIENCE = "perilune";
    public static final String TYPE = "at+jwt";
    public static final String ROLE_CLAIM = "role";
    /** The id of the session that a person's token was made from. */
    public static final String SESSION_CLAIM = "sid";

    private static final int SKEW_SECONDS = 30;
    private static final int KEY_FETCH_MILLIS = 2_000;
    /** Two fetches at most in this time: forged key ids cannot flood crew, and crew's return is soon seen. */
    private static final long KEY_FETCH_INTERVAL_MILLIS = 1_000;

    private static final int KEY_SET_BYTES = 64 * 1024;
    private static final int LONGEST_TOKEN = 4_096;
    private static final int MOST_REMEMBERED = 10_000;
    private static final String REVOCATIONS = "perilune.revocations";

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    private final Cache<String, Principal> verified;
    private final Clock clock;
    private final Predicate<String> mayBePublished;
    private final Predicate<String> hasEnded;
    private final @Nullable Revocations revocations;

    /**
     * @param mayBePublished whether a key of that id may have been published, though it was not found
     * @param hasEnded whether the session of that id has
     */
    private TokenVerifier(
            JWKSource<SecurityContext> keys,
            Predicate<String> mayBePublished,
            Predicate<String> hasEnded,
            @Nullable Revocations revocations,
            Clock clock) {
        this.clock = clock;
        this.mayBePublished = mayBePublished;
        this.hasEnded = hasEnded;
        this.revocations = revocations;
        this.verified = Caffeine.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfter(Expiry.creating(
                        (String token, Principal principal) -> Duration.between(clock.instant(), end(principal))))
                .build();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType(TYPE)));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, keys));
        processor.setJWTClaimsSetVerifier(claimsVerifier(clock));
    }

    /** Keys are fetched when first needed, kept, and fetched again when an unknown key id shows up. */
    public static TokenVerifier open(TokenConfig config, Peers peers, MeterRegistry meters, Clock clock) {
        try {
            var published = new PublishedKeys(config.keys().toURL(), retriever(config));
            JWKSource<SecurityContext> source = JWKSourceBuilder.create(published)
                    .rateLimited(KEY_FETCH_INTERVAL_MILLIS)
                    .retrying(true)
                    .outageTolerant(true)
                    .build();
            var revocations = Revocations.open(config, peers, meters);
            return new TokenVerifier(source, published::mayHave, revocations::has, revocations, clock);
        } catch (MalformedURLException failure) {
            throw new IllegalArgumentException("No URL: " + config.keys(), failure);
        }
    }

    private static DefaultResourceRetriever retriever(TokenConfig config) {
        if (!HttpClients.isTls(config.keys())) {
            return new DefaultResourceRetriever(KEY_FETCH_MILLIS, KEY_FETCH_MILLIS, KEY_SET_BYTES);
        }
        var sockets = TlsContext.open(config.tls()).socketFactory();
        return new DefaultResourceRetriever(KEY_FETCH_MILLIS, KEY_FETCH_MILLIS, KEY_SET_BYTES, true, sockets);
    }

    /** For the issuer itself, which has the keys and the sessions. */
    public static TokenVerifier byKeys(JWKSource<SecurityContext> keys, Predicate<String> hasEnded, Clock clock) {
        return new TokenVerifier(keys, keyId -> false, hasEnded, null, clock);
    }

    @Override
    public Principal authenticate(Context context) {
        String header = context.header("Authorization");
        if (header == null) {
            throw new ServiceException.Unauthenticated("Send a token: Authorization: Bearer …");
        }
        if (!header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw new ServiceException.Unauthenticated("Only bearer tokens are taken");
        }
        context.attribute(REVOCATIONS, revocations);
        return verify(header.substring(7).strip());
    }

    /** Does something when the session of whoever asks ends; null where nothing can end it before its token. */
    static Revocations.@Nullable Watch whenRevoked(Context context, Runnable action) {
        Revocations revocations = context.attribute(REVOCATIONS);
        String session = HttpListener.principal(context).session();
        return revocations == null || session == null ? null : revocations.watch(session, action);
    }

    @Override
    public void close() {
        if (revocations != null) {
            revocations.close();
        }
    }

    /**
     * @throws ServiceException.Unauthenticated if the token does not count
     * @throws ServiceException.Unavailable if crew's keys cannot be had, or it cannot be told which sessions have ended
     */
    public Principal verify(String token) {
        Principal known = verified.getIfPresent(token);
        if (known == null) {
            known = check(token);
            verified.put(token, known);
        }
        if (clock.instant().isAfter(end(known))) {
            verified.invalidate(token);
            throw new ServiceException.Unauthenticated("The token has expired; log in again");
        }
        String session = known.session();
        if (session != null && hasEnded.test(session)) {
            throw new ServiceException.Unauthenticated("The session has ended; log in again");
        }
        return known;
    }

    private static Instant end(Principal principal) {
        return principal.expires().plusSeconds(SKEW_SECONDS);
    }

    private Principal check(String token) {
        if (token.length() > LONGEST_TOKEN) {
            throw new ServiceException.Unauthenticated("The token is too long to be one of ours");
        }
        try {
            JWTClaimsSet claims = processor.process(token, null);
            Optional<Role> role = Role.ofWireName(String.valueOf(claims.getStringClaim(ROLE_CLAIM)));
            Instant expires = claims.getExpirationTime().toInstant();
            String session = claims.getStringClaim(SESSION_CLAIM);
            return role.map(known -> new Principal(claims.getSubject(), known, expires, session))
                    .orElseThrow(() -> new ServiceException.Unauthenticated("The token has no role known here"));
        } catch (RateLimitReachedException failure) {
            // Its key was not found, and the keys were asked for a moment ago.
            throw mayHaveKey(token) ? outOfReach(failure) : uncounted();
        } catch (KeySourceException failure) {
            throw outOfReach(failure);
        } catch (BadJOSEException failure) {
            throw mayHaveKey(token) ? outOfReach(failure) : uncounted();
        } catch (ParseException | JOSEException failure) {
            throw uncounted();
        }
    }

    private boolean mayHaveKey(String token) {
        try {
            String keyId = SignedJWT.parse(token).getHeader().getKeyID();
            return keyId != null && mayBePublished.test(keyId);
        } catch (ParseException noToken) {
            return false;
        }
    }

    private static ServiceException uncounted() {
        return new ServiceException.Unauthenticated("The token does not count: it is expired, forged or not ours");
    }

    private static ServiceException outOfReach(Exception failure) {
        return new ServiceException.Unavailable("Tokens cannot be checked: crew's keys are out of reach", failure);
    }

    private static DefaultJWTClaimsVerifier<SecurityContext> claimsVerifier(Clock clock) {
        var expected = new JWTClaimsSet.Builder().issuer(ISSUER).build();
        var verifier =
                new DefaultJWTClaimsVerifier<SecurityContext>(AUDIENCE, expected, Set.of("sub", "exp", "iat", "role")) {
                    @Override
                    @SuppressWarnings("JavaUtilDate") // the library's own type
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }
                };
        verifier.setMaxClockSkew(SKEW_SECONDS);
        return verifier;
    }
}
