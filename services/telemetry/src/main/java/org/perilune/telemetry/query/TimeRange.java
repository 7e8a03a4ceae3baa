package org.perilune.telemetry.query;

import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.Requests;

/** The range of time that a request asks for. */
public final class TimeRange {
    private static final Duration LONGEST = Duration.ofDays(3_653);

    private TimeRange() {}

    /** @return null where the request has no such parameter */
    public static @Nullable Instant bound(Context context, String name) {
        return Requests.instant(context, name).orElse(null);
    }

    /** @throws ServiceException.Malformed for a range that is empty or longer than ten years */
    public static void check(@Nullable Instant from, @Nullable Instant to) {
        if (from == null || to == null) {
            return;
        }
        if (from.isAfter(to)) {
            throw Requests.malformed("from", "must not be after to");
        }
        if (Duration.between(from, to).compareTo(LONGEST) > 0) {
            throw Requests.malformed("from", "must be at most ten years before to");
        }
    }
}
