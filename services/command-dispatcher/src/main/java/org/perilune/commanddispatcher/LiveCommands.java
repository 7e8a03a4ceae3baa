package org.perilune.commanddispatcher;

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
import org.perilune.chassis.ChangedIds;
import org.perilune.chassis.EventStream;
import org.perilune.chassis.NewestEvents;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells followers what became of commands. What changed is read once for all of them, and only while somebody follows.
 * Where changes may have been missed, followers are sent away: they come again, and look anew. Safe for threads.
 */
final class LiveCommands implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCommands.class);
    private static final int MOST_FOLLOWERS = 500;
    private static final int MOST_WAITING = 5_000;
    private static final int MOST_CHANGED = 50_000;
    private static final int MOST_AT_ONCE = 200;
    /** Between reads while much happens, so that one read serves several changes of a command. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private final CommandQueries queries;
    private final List<NewestEvents> followers = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Set<UUID> changed = new LinkedHashSet<>();
    private boolean closed;

    private LiveCommands(CommandQueries queries) {
        this.queries = queries;
    }

    static LiveCommands open(CommandQueries queries, ChangedIds changes) {
        var live = new LiveCommands(queries);
        changes.onChange(live::changed);
        Threads.start("command-live", live::run);
        return live;
    }

    /**
     * @param devices all where empty
     * @throws ServiceException.Unavailable when there are too many followers
     */
    NewestEvents follow(Set<String> devices) {
        lock.lock();
        try {
            if (closed || followers.size() >= MOST_FOLLOWERS) {
                throw new ServiceException.Unavailable(
                        "There are " + followers.size() + " followers already; try again later",
                        Duration.ofSeconds(5),
                        null);
            }
            var follower = new NewestEvents(devices, MOST_WAITING);
            followers.add(follower);
            return follower;
        } finally {
            lock.unlock();
        }
    }

    void leave(NewestEvents follower) {
        followers.remove(follower);
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
        sendAway();
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
                sendAway();
            }
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void sendAway() {
        followers.forEach(NewestEvents::end);
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
            for (CommandRecord command : queries.all(ids)) {
                byte[] event = EventStream.event("command", CommandJson.one(command));
                followers.stream()
                        .filter(follower -> follower.wants(command.device()))
                        .forEach(follower -> follower.offer(command.id(), event));
            }
        } catch (RuntimeException failure) {
            LOG.warn("What changed could not be read; followers must look anew", failure);
            sendAway();
        }
    }
}
