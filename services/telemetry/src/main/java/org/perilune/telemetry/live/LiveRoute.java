package org.perilune.telemetry.live;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.Set;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.ServerSentEvents;

/** {@code GET /stream}. */
public final class LiveRoute {
    private final LiveTail live;
    private final Clock clock;

    public LiveRoute(LiveTail live, Clock clock) {
        this.live = live;
        this.clock = clock;
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        var follower = live.follow(Set.copyOf(context.queryParams("device")));
        try {
            ServerSentEvents.serve(context, follower, clock);
        } finally {
            live.leave(follower);
        }
    }
}
