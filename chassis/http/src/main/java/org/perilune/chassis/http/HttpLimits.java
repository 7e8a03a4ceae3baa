package org.perilune.chassis.http;

import java.time.Duration;
import org.perilune.chassis.settings.Settings;

/**
 * What a listener takes before it turns requests away.
 *
 * @param connections open at once; more wait until one is closed
 * @param bodyBytes of bodies of requests under way, all of them together
 * @param bodyWait how long a request waits for room for its body, before it is answered 503
 * @param bodyRate bytes a second that a body must come at, on the average, once {@code bodyGrace} is over
 * @param bodyGrace how long a body may take however slow it comes
 * @param principalRate requests a second of one person, program or service; ten times as many at once
 * @param addressRate requests a second of one address that show no token which counts; ten times as many at once
 */
public record HttpLimits(
        int connections,
        int bodyBytes,
        Duration bodyWait,
        int bodyRate,
        Duration bodyGrace,
        int principalRate,
        int addressRate) {
    static final HttpLimits DEFAULTS = new HttpLimits(
            1_000,
            8 * HttpListener.MAX_BODY_BYTES,
            Duration.ofSeconds(2),
            16 * 1024,
            Duration.ofSeconds(5),
            1_000,
            200);

    /** @param in the settings below {@code http.} of a service */
    static HttpLimits read(Settings in) {
        return new HttpLimits(
                in.integer("connections", DEFAULTS.connections, 10, 1_000_000),
                in.integer("bodies.bytes", DEFAULTS.bodyBytes, HttpListener.MAX_BODY_BYTES, Integer.MAX_VALUE),
                in.duration("bodies.wait", DEFAULTS.bodyWait),
                in.integer("bodies.rate", DEFAULTS.bodyRate, 1, Integer.MAX_VALUE),
                in.duration("bodies.grace", DEFAULTS.bodyGrace),
                in.integer("rate.principal", DEFAULTS.principalRate, 1, 1_000_000),
                in.integer("rate.address", DEFAULTS.addressRate, 1, 1_000_000));
    }
}
