package org.perilune.commanddispatcher;

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

/**
 * What one follower is still to be told: of each command only the newest. One that is so far behind that memory would
 * grow without a bound is sent away, and looks anew when it comes again.
 */
final class CommandFollower {
    private static final int MOST_COMMANDS = 5_000;
    private static final int MOST_AT_ONCE = 100;
    private static final byte[] EVENT = bytes("event: command\ndata: ");
    private static final byte[] END = bytes("\n\n");

    private final Set<String> devices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final Map<UUID, byte[]> waiting = new LinkedHashMap<>();
    private boolean ended;

    /** @param devices all where empty */
    CommandFollower(Set<String> devices) {
        this.devices = Set.copyOf(devices);
    }

    void offer(CommandRecord command, byte[] json) {
        if (!devices.isEmpty() && !devices.contains(command.device())) {
            return;
        }
        lock.lock();
        try {
            waiting.put(command.id(), json);
            if (waiting.size() > MOST_COMMANDS) {
                ended = true;
            }
            something.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            something.signalAll();
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

    /** Events as they are written; empty after so long a silence, and at the end. */
    Optional<byte[]> next(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (waiting.isEmpty() && !ended) {
                if (left <= 0) {
                    return Optional.empty();
                }
                left = something.awaitNanos(left);
            }
            if (ended) {
                return Optional.empty();
            }
            var out = new ByteArrayOutputStream(1_024);
            var commands = waiting.values().iterator();
            for (int count = 0; count < MOST_AT_ONCE && commands.hasNext(); count++) {
                out.writeBytes(EVENT);
                out.writeBytes(commands.next());
                out.writeBytes(END);
                commands.remove();
            }
            return Optional.of(out.toByteArray());
        } finally {
            lock.unlock();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
