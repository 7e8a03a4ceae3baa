package org.perilune.commanddispatcher;

import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.ChangedIds;
import org.perilune.chassis.EventStream;
import org.perilune.chassis.LiveChanges;
import org.perilune.chassis.NewestEvents;
import org.perilune.chassis.Requests;

/** {@code GET /stream}: tells followers of commands that changed. Safe for threads. */
final class LiveCommands implements AutoCloseable {
    private static final LiveChanges.Bounds BOUNDS = new LiveChanges.Bounds(5_000, 50_000, 200);

    private final LiveChanges changes;
    private final Clock clock;

    private LiveCommands(LiveChanges changes, Clock clock) {
        this.changes = changes;
        this.clock = clock;
    }

    static LiveCommands open(CommandQueries queries, ChangedIds changes, Clock clock) {
        return new LiveCommands(LiveChanges.open("command-live", changes, BOUNDS, ids -> tell(queries, ids)), clock);
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        NewestEvents follower = changes.follow(Set.copyOf(context.queryParams("device")));
        try {
            EventStream.serve(context, follower, clock);
        } finally {
            changes.leave(follower);
        }
    }

    private static List<LiveChanges.Told> tell(CommandQueries queries, List<UUID> ids) {
        return queries.all(ids).stream()
                .map(command -> new LiveChanges.Told(
                        command.id(), command.device(), EventStream.event("command", CommandJson.one(command))))
                .toList();
    }

    @Override
    public void close() {
        changes.close();
    }
}
