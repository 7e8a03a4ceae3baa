package org.perilune.telemetry.query;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.telemetry.store.Times;

/**
 * One query of {@code GET /data}.
 *
 * @param device all devices where null
 * @param from earliest device time
 * @param to latest device time
 */
public record DataQuery(
        @Nullable String device,
        @Nullable Instant from,
        @Nullable Instant to,
        int limit,
        @Nullable String cursor) {

    Instant low() {
        return from == null ? Times.EARLIEST : Times.clamp(from);
    }

    /** Device times are before this. */
    Instant high() {
        return to == null ? Times.LATEST : Times.clamp(to).plusNanos(1_000);
    }

    /** What a cursor belongs to: the page size may change from page to page. */
    String scope() {
        return Optional.ofNullable(device).orElse("*") + ' ' + from + ' ' + to;
    }
}
