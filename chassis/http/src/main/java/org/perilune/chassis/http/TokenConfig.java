package org.perilune.chassis.http;

import java.net.URI;
import java.time.Duration;
import org.perilune.chassis.settings.Settings;
import org.perilune.chassis.tls.TlsConfig;

/**
 * What tokens are checked by.
 *
 * @param keys where crew publishes its keys
 * @param revocations where crew tells which sessions have ended
 * @param revocationsMaxAge when crew has not told for so long, no person's token counts
 * @param tls of addresses that begin with https
 */
public record TokenConfig(URI keys, URI revocations, Duration revocationsMaxAge, TlsConfig tls) {
    private static final URI KEYS = URI.create("http://127.0.0.1:8100/keys");
    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** Of a plain crew, or one whom the JDK trusts. */
    public TokenConfig(URI keys, URI revocations, Duration revocationsMaxAge) {
        this(keys, revocations, revocationsMaxAge, HttpTls.OFF.calls());
    }

    /** Revocations are told beside the keys unless {@code tokens.revocations-url} says otherwise. */
    static TokenConfig read(Settings in, TlsConfig tls) {
        URI keys = in.uri("tokens.keys-url", KEYS);
        return new TokenConfig(
                keys,
                in.uri("tokens.revocations-url", beside(keys)),
                in.duration("tokens.revocations-max-age", MAX_AGE),
                tls);
    }

    /** With the defaults. */
    public static TokenConfig of(URI keys) {
        return new TokenConfig(keys, beside(keys), MAX_AGE);
    }

    private static URI beside(URI keys) {
        return keys.resolve("revocations");
    }
}
