package org.perilune.query.entries;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.http.ConflatingQueue;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.chassis.postgres.ChangeBroadcaster;
import org.perilune.chassis.postgres.NotificationListener;

/** {@code GET /stream}: tells followers of entries that changed. Safe for threads. */
public final class LiveEntries implements AutoCloseable {
    /** What those who change entries tell of them by. */
    public static final String CHANNEL = "entry_changed";

    /** Entries are large. */
    private static final ChangeBroadcaster.Bounds BOUNDS = new ChangeBroadcaster.Bounds(500, 20_000, 100);

    private final ChangeBroadcaster changes;
    private final Clock clock;

    private LiveEntries(ChangeBroadcaster changes, Clock clock) {
        this.changes = changes;
        this.clock = clock;
    }

    public static LiveEntries open(EntryStore store, NotificationListener changes, Clock clock) {
        return new LiveEntries(ChangeBroadcaster.open("query-live", changes, BOUNDS, ids -> tell(store, ids)), clock);
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of());
        ConflatingQueue follower = changes.follow(Set.of());
        try {
            ServerSentEvents.serve(context, follower, clock);
        } finally {
            changes.leave(follower);
        }
    }

    private static List<ChangeBroadcaster.Change> tell(EntryStore store, List<UUID> ids) {
        Map<UUID, byte[]> documents = store.documents(ids);
        return ids.stream()
                .map(id -> {
                    byte[] document = documents.get(id);
                    byte[] event = document == null
                            ? ServerSentEvents.event(
                                    "removed", ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8))
                            : ServerSentEvents.event("post", document);
                    return new ChangeBroadcaster.Change(id, null, event);
                })
                .toList();
    }

    @Override
    public void close() {
        changes.close();
    }
}
