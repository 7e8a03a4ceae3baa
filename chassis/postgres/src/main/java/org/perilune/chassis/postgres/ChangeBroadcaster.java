package org.perilune.chassis.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.ConflatingQueue;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells followers of things as they are after each change, at whichever copy that happened. What changes often is read
 * as often as it can be, not for each change. Where changes may have been missed, streams end: who follows again looks
 * anew first. Safe for threads.
 */
public final class ChangeBroadcaster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeBroadcaster.class);
    private static final int MOST_FOLLOWERS = 500;
    /** Between reads while much happens, so that one read serves several changes of a thing. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private final Bounds bounds;
    private final Function<List<UUID>, List<Change>> read;
    private final List<ConflatingQueue> followers = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Set<UUID> changed = new LinkedHashSet<>();
    private boolean closed;

    /**
     * @param waiting things that one follower may be behind
     * @param changed things that wait to be read; one more ends all streams
     * @param atOnce things in one read
     */
    public record Bounds(int waiting, int changed, int atOnce) {}

    /**
     * What followers are told of a thing.
     *
     * @param device whose it is; null where that does not matter
     * @param event a whole one, see {@link ServerSentEvents#event}
     */
    public record Change(UUID id, @Nullable String device, byte[] event) {}

    private ChangeBroadcaster(Bounds bounds, Function<List<UUID>, List<Change>> read) {
        this.bounds = bounds;
        this.read = read;
    }

    /**
     * @param name of its thread
     * @param read what there is to tell of these things; a failure ends the streams
     */
    public static ChangeBroadcaster open(
            String name, NotificationListener changes, Bounds bounds, Function<List<UUID>, List<Change>> read) {
        var live = new ChangeBroadcaster(bounds, read);
        changes.onChange(live::changed);
        Threads.start(name, live::run);
        return live;
    }

    /**
     * @param devices all where empty
     * @throws ServiceException.Unavailable when there are too many followers
     */
    public ConflatingQueue follow(Set<String> devices) {
        lock.lock();
        try {
            if (closed || followers.size() >= MOST_FOLLOWERS) {
                throw new ServiceException.Unavailable(
                        "There are " + followers.size() + " followers already; try again later",
                        Duration.ofSeconds(5),
                        null);
            }
            var follower = new ConflatingQueue(devices, bounds.waiting());
            followers.add(follower);
            return follower;
        } finally {
            lock.unlock();
        }
    }

    public void leave(ConflatingQueue follower) {
        followers.remove(follower);
    }

    /** Ends every stream. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            something.signalAll();
        } finally {
            lock.unlock();
        }
        sendAway();
    }

    private void changed(List<UUID> ids) {
        if (followers.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            changed.addAll(ids);
            if (ids.isEmpty() || changed.size() > bounds.changed()) {
                changed.clear();
                sendAway();
            }
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void sendAway() {
        followers.forEach(ConflatingQueue::end);
    }

    private void run() {
        try {
            for (List<UUID> ids = next(); !ids.isEmpty(); ids = next()) {
                tell(ids);
                if (ids.size() == bounds.atOnce()) {
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
            while (!closed && ids.size() < bounds.atOnce() && all.hasNext()) {
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
            for (Change change : read.apply(ids)) {
                followers.stream()
                        .filter(follower -> follower.wants(change.device()))
                        .forEach(follower -> follower.offer(change.id(), change.event()));
            }
        } catch (RuntimeException failure) {
            LOG.warn("What changed could not be read; followers must look anew", failure);
            sendAway();
        }
    }
}
