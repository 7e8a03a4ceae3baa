package org.perilune.timeline;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one follower is still to be told: the newest of each event. One that falls too far behind is ended; it comes
 * back, and reads the page anew.
 */
final class Follower {
    private static final int MOST_WAITING = 10_000;

    private final Set<String> devices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Map<UUID, byte[]> waiting = new LinkedHashMap<>();
    private boolean ended;

    /** @param devices all where empty */
    Follower(Set<String> devices) {
        this.devices = Set.copyOf(devices);
    }

    boolean wants(@Nullable String device) {
        return devices.isEmpty() || (device != null && devices.contains(device));
    }

    /** @param message a whole server-sent event, which takes the place of what waited of the same event */
    void offer(UUID event, byte[] message) {
        lock.lock();
        try {
            waiting.put(event, message);
            if (waiting.size() > MOST_WAITING) {
                ended = true;
            }
            something.signal();
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            something.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** What to send next; empty if there was nothing to tell for so long, or the stream has ended. */
    Optional<byte[]> next(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (waiting.isEmpty() && !ended && left > 0) {
                left = something.awaitNanos(left);
            }
            if (ended || waiting.isEmpty()) {
                return Optional.empty();
            }
            var out = new ByteArrayOutputStream(1_024);
            waiting.values().forEach(out::writeBytes);
            waiting.clear();
            return Optional.of(out.toByteArray());
        } finally {
            lock.unlock();
        }
    }

    static byte[] message(String type, byte[] json) {
        var out = new ByteArrayOutputStream(json.length + 32);
        out.writeBytes(("event: " + type + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(json);
        out.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }
}
