package org.perilune.query;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.perilune.chassis.ChangedIds;
import org.perilune.chassis.EventStream;
import org.perilune.chassis.NewestEvents;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /stream}: tells followers of entries that changed. What changed is read once for all of them, and only
 * while somebody follows. Where changes may have been missed, followers are sent away: they come again, and look anew.
 * Safe for threads.
 */
final class LiveEntries implements AutoCloseable {
    /** What those who change entries tell of them by. */
    static final String CHANNEL = "entry_changed";

    private static final Logger LOG = LoggerFactory.getLogger(LiveEntries.class);
    private static final int MOST_FOLLOWERS = 500;
    /** Entries are large. */
    private static final int MOST_WAITING = 500;

    private static final int MOST_CHANGED = 20_000;
    private static final int MOST_AT_ONCE = 100;
    /** Between reads while much happens, so that one read serves several changes of an entry. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private final EntryStore store;
    private final Clock clock;
    private final List<NewestEvents> followers = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Set<UUID> changed = new LinkedHashSet<>();
    private boolean closed;

    private LiveEntries(EntryStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    static LiveEntries open(EntryStore store, ChangedIds changes, Clock clock) {
        var live = new LiveEntries(store, clock);
        changes.onChange(live::changed);
        Threads.start("query-live", live::run);
        return live;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of());
        NewestEvents follower = follow();
        try {
            EventStream.serve(context, follower, clock);
        } finally {
            followers.remove(follower);
        }
    }

    private NewestEvents follow() {
        lock.lock();
        try {
            if (closed || followers.size() >= MOST_FOLLOWERS) {
                throw new ServiceException.Unavailable(
                        "There are " + followers.size() + " followers already; try again later",
                        Duration.ofSeconds(5),
                        null);
            }
            var follower = new NewestEvents(Set.of(), MOST_WAITING);
            followers.add(follower);
            return follower;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            something.signalAll();
        } finally {
            lock.unlock();
        }
        followers.forEach(NewestEvents::end);
    }

    private void changed(List<UUID> ids) {
        if (followers.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            changed.addAll(ids);
            if (ids.isEmpty() || changed.size() > MOST_CHANGED) {
                changed.clear();
                followers.forEach(NewestEvents::end);
            }
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (List<UUID> ids = next(); !ids.isEmpty(); ids = next()) {
                tell(ids);
                if (ids.size() == MOST_AT_ONCE) {
                    Thread.sleep(BREATH);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** None when it is over. */
    private List<UUID> next() throws InterruptedException {
        lock.lock();
        try {
            while (changed.isEmpty() && !closed) {
                something.await();
            }
            var ids = new ArrayList<UUID>();
            Iterator<UUID> all = changed.iterator();
            while (!closed && ids.size() < MOST_AT_ONCE && all.hasNext()) {
                ids.add(all.next());
                all.remove();
            }
            return ids;
        } finally {
            lock.unlock();
        }
    }

    private void tell(List<UUID> ids) {
        try {
            Map<UUID, byte[]> documents = store.documents(ids);
            for (UUID id : ids) {
                byte[] document = documents.get(id);
                byte[] event = document == null
                        ? EventStream.event("removed", ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8))
                        : EventStream.event("post", document);
                followers.forEach(follower -> follower.offer(id, event));
            }
        } catch (RuntimeException failure) {
            LOG.warn("What changed could not be read; followers must look anew", failure);
            followers.forEach(NewestEvents::end);
        }
    }
}
