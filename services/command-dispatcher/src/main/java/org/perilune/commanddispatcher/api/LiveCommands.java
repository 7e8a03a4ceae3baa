package org.perilune.commanddispatcher.api;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.http.ConflatingQueue;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.chassis.postgres.ChangeBroadcaster;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.commanddispatcher.lifecycle.CommandJson;
import org.perilune.commanddispatcher.lifecycle.CommandQueries;

/** {@code GET /stream}: tells followers of commands that changed. Safe for threads. */
public final class LiveCommands implements AutoCloseable {
    private static final ChangeBroadcaster.Bounds BOUNDS = new ChangeBroadcaster.Bounds(5_000, 50_000, 200);

    private final ChangeBroadcaster changes;
    private final Clock clock;

    private LiveCommands(ChangeBroadcaster changes, Clock clock) {
        this.changes = changes;
        this.clock = clock;
    }

    public static LiveCommands open(CommandQueries queries, NotificationListener changes, Clock clock) {
        return new LiveCommands(
                ChangeBroadcaster.open("command-live", changes, BOUNDS, ids -> tell(queries, ids)), clock);
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        ConflatingQueue follower = changes.follow(Set.copyOf(context.queryParams("device")));
        try {
            ServerSentEvents.serve(context, follower, clock);
        } finally {
            changes.leave(follower);
        }
    }

    private static List<ChangeBroadcaster.Change> tell(CommandQueries queries, List<UUID> ids) {
        return queries.all(ids).stream()
                .map(command -> new ChangeBroadcaster.Change(
                        command.id(), command.device(), ServerSentEvents.event("command", CommandJson.one(command))))
                .toList();
    }

    @Override
    public void close() {
        changes.close();
    }
}
