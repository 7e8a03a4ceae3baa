package org.perilune.chassis.tracing;

import java.net.URI;
import java.util.Optional;
import org.perilune.chassis.settings.Settings;

/**
 * What of the traces is recorded, and where it goes. Without an endpoint and with nothing kept there is no tracing.
 *
 * @param endpoint takes spans by OTLP over HTTP, such as {@code http://collector:4318/v1/traces}
 * @param sampling share of what begins here that is recorded, from 0 to 1
 * @param leastASecond so many are recorded a second in any case, so that little traffic is seen whole
 * @param keptBytes of the last spans, which the service shows itself
 */
public record TracingConfig(Optional<URI> endpoint, double sampling, int leastASecond, int keptBytes) {
    public static final TracingConfig DEFAULTS = new TracingConfig(Optional.empty(), 0.01, 5, 1 << 20);
    public static final TracingConfig OFF = new TracingConfig(Optional.empty(), 0, 0, 0);

    private static final int MOST_A_SECOND = 10_000;
    private static final int MOST_KEPT_BYTES = 256 << 20;

    /** Reads {@code tracing.endpoint}, {@code .sampling}, {@code .least-a-second} and {@code .kept-bytes}. */
    public static TracingConfig read(Settings in) {
        Optional<URI> endpoint = in.optionalText("tracing.endpoint").isPresent()
                ? Optional.of(in.uri("tracing.endpoint", URI.create("http://127.0.0.1:4318/v1/traces")))
                : Optional.empty();
        return new TracingConfig(
                endpoint,
                in.decimal("tracing.sampling", DEFAULTS.sampling, 0, 1),
                in.integer("tracing.least-a-second", DEFAULTS.leastASecond, 0, MOST_A_SECOND),
                in.integer("tracing.kept-bytes", DEFAULTS.keptBytes, 0, MOST_KEPT_BYTES));
    }

    boolean isOff() {
        return (endpoint.isEmpty() && keptBytes == 0) || (sampling == 0 && leastASecond == 0);
    }
}
