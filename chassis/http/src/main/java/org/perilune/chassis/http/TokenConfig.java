package org.perilune.chassis.http;

import java.net.URI;
import java.time.Duration;
import org.perilune.chassis.settings.Settings;

/**
 * What tokens are checked by.
 *
 * @param keys where crew publishes its keys
 * @param revocations where crew tells which sessions have ended
 * @param revocationsMaxAge when crew has not told for so long, no person's token counts
 */
public record TokenConfig(URI keys, URI revocations, Duration revocationsMaxAge) {
    private static final URI KEYS = URI.create("http://127.0.0.1:8100/keys");
    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** Revocations are told beside the keys unless {@code tokens.revocations-url} says otherwise. */
    static TokenConfig read(Settings in) {
        URI keys = in.uri("tokens.keys-url", KEYS);
        return new TokenConfig(
                keys,
                in.uri("tokens.revocations-url", beside(keys)),
                in.duration("tokens.revocations-max-age", MAX_AGE));
    }

    /** With the defaults. */
    public static TokenConfig of(URI keys) {
        return new TokenConfig(keys, beside(keys), MAX_AGE);
    }

    private static URI beside(URI keys) {
        return keys.resolve("revocations");
    }
}
