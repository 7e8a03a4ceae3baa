package org.perilune.chassis.http;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one follower is still to be told: of each thing only the newest. One that is so far behind that memory would
 * grow without a bound is sent away; it comes again, and looks anew. Safe for threads.
 */
public final class ConflatingQueue implements ServerSentEvents.Source {
    private static final int MOST_AT_ONCE = 100;

    private final Set<String> devices;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Map<UUID, byte[]> waiting = new LinkedHashMap<>();
    private boolean ended;

    /**
     * @param devices all where empty
     * @param most things that may wait; one more ends the stream
     */
    public ConflatingQueue(Set<String> devices, int most) {
        this.devices = Set.copyOf(devices);
        this.most = most;
    }

    /** @param device null for what is of no device: only who follows all is told */
    public boolean wants(@Nullable String device) {
        return devices.isEmpty() || (device != null && devices.contains(device));
    }

    /** @param event a whole one, which takes the place of what waited of the same thing */
    public void offer(UUID thing, byte[] event) {
        lock.lock();
        try {
            waiting.put(thing, event);
            if (waiting.size() > most) {
                ended = true;
            }
            something.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end() {
        lock.lock();
        try {
            ended = true;
            something.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<byte[]> next(Duration timeout, boolean behind) throws InterruptedException {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (waiting.isEmpty() && !ended && left > 0) {
                left = something.awaitNanos(left);
            }
            if (ended || waiting.isEmpty()) {
                return Optional.empty();
            }
            var out = new ByteArrayOutputStream(1_024);
            Iterator<byte[]> events = waiting.values().iterator();
            for (int count = 0; count < MOST_AT_ONCE && events.hasNext(); count++) {
                out.writeBytes(events.next());
                events.remove();
            }
            return Optional.of(out.toByteArray());
        } finally {
            lock.unlock();
        }
    }
}
