package org.perilune.telemetry;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.Set;
import org.perilune.chassis.EventStream;
import org.perilune.chassis.Requests;

/** {@code GET /stream}. */
final class LiveRoute {
    private final LiveTail live;
    private final Clock clock;

    LiveRoute(LiveTail live, Clock clock) {
        this.live = live;
        this.clock = clock;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        var follower = live.follow(Set.copyOf(context.queryParams("device")));
        try {
            EventStream.serve(context, follower, clock);
        } finally {
            live.leave(follower);
        }
    }
}
