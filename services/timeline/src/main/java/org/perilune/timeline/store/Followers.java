package org.perilune.timeline.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ConflatingQueue;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventJson;

/** Whoever follows the timeline live. Safe for threads. */
public final class Followers implements AutoCloseable {
    private static final int MOST = 500;
    private static final int MOST_WAITING = 10_000;

    private final List<ConflatingQueue> followers = new CopyOnWriteArrayList<>();
    private boolean closed; // guarded by this

    /** @throws ServiceException.Unavailable when there are too many */
    public synchronized ConflatingQueue follow(Set<String> devices) {
        if (followers.size() >= MOST || closed) {
            throw new ServiceException.Unavailable(
                    "There are " + followers.size() + " followers already; try again later",
                    Duration.ofSeconds(5),
                    null);
        }
        var follower = new ConflatingQueue(devices, MOST_WAITING);
        followers.add(follower);
        return follower;
    }

    public void leave(ConflatingQueue follower) {
        followers.remove(follower);
    }

    /** For when nobody knows what they missed: they come back, and read the page anew. */
    void endAll() {
        followers.forEach(ConflatingQueue::end);
    }

    void changed(Event event) {
        if (!followers.isEmpty()) {
            tell(event.id(), event.device(), ServerSentEvents.event("event", EventJson.bytes(event)));
        }
    }

    void removed(UUID id, @Nullable String device) {
        if (!followers.isEmpty()) {
            tell(id, device, ServerSentEvents.event("removed", Json.bytes(Map.of("id", id))));
        }
    }

    private void tell(UUID id, @Nullable String device, byte[] message) {
        for (ConflatingQueue follower : followers) {
            if (follower.wants(device)) {
                follower.offer(id, message);
            }
        }
    }

    /** Ends all streams; their clients come back to another copy. */
    @Override
    public synchronized void close() {
        closed = true;
        endAll();
    }
}
