package org.perilune.timeline.api;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.Set;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.timeline.store.Followers;

/** {@code GET /stream}. */
public final class LiveRoute {
    private final Followers followers;
    private final Clock clock;

    public LiveRoute(Followers followers, Clock clock) {
        this.followers = followers;
        this.clock = clock;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        var follower = followers.follow(Set.copyOf(context.queryParams("device")));
        try {
            ServerSentEvents.serve(context, follower, clock);
        } finally {
            followers.leave(follower);
        }
    }
}
