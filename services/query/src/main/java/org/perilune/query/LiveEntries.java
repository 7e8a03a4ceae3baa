package org.perilune.query;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.ChangedIds;
import org.perilune.chassis.EventStream;
import org.perilune.chassis.LiveChanges;
import org.perilune.chassis.NewestEvents;
import org.perilune.chassis.Requests;

/** {@code GET /stream}: tells followers of entries that changed. Safe for threads. */
final class LiveEntries implements AutoCloseable {
    /** What those who change entries tell of them by. */
    static final String CHANNEL = "entry_changed";

    /** Entries are large. */
    private static final LiveChanges.Bounds BOUNDS = new LiveChanges.Bounds(500, 20_000, 100);

    private final LiveChanges changes;
    private final Clock clock;

    private LiveEntries(LiveChanges changes, Clock clock) {
        this.changes = changes;
        this.clock = clock;
    }

    static LiveEntries open(EntryStore store, ChangedIds changes, Clock clock) {
        return new LiveEntries(LiveChanges.open("query-live", changes, BOUNDS, ids -> tell(store, ids)), clock);
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of());
        NewestEvents follower = changes.follow(Set.of());
        try {
            EventStream.serve(context, follower, clock);
        } finally {
            changes.leave(follower);
        }
    }

    private static List<LiveChanges.Told> tell(EntryStore store, List<UUID> ids) {
        Map<UUID, byte[]> documents = store.documents(ids);
        return ids.stream()
                .map(id -> {
                    byte[] document = documents.get(id);
                    byte[] event = document == null
                            ? EventStream.event("removed", ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8))
                            : EventStream.event("post", document);
                    return new LiveChanges.Told(id, null, event);
                })
                .toList();
    }

    @Override
    public void close() {
        changes.close();
    }
}
