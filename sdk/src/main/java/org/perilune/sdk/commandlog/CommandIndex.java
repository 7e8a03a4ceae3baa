package org.perilune.sdk.commandlog;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What a command log says, in memory. Safe for use by several threads. */
final class CommandIndex {
    private final ReentrantLock lock = new ReentrantLock();

    /** What has not ended or is not acknowledged, apart, so that it is found quickly; both in order of arrival. */
    private final Map<String, CommandEntry> unsettled = new LinkedHashMap<>();

    private final Map<String, CommandEntry> settled = new LinkedHashMap<>();
    private long bytes;

    void apply(CommandRecord record) throws InvalidProtocolBufferException {
        String id = record.id();
        lock.lock();
        try {
            @Nullable CommandEntry before = unsettled.getOrDefault(id, settled.get(id));
            @Nullable CommandEntry after = record.applyTo(before);
            if (after == null || after.equals(before)) {
                return;
            }
            bytes += after.bytes() - (before == null ? 0 : before.bytes());
            if (after.settled()) {
                unsettled.remove(id);
                settled.put(id, after);
            } else {
                settled.remove(id);
                unsettled.put(id, after);
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<CommandEntry> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(unsettled.getOrDefault(id, settled.get(id)));
        } finally {
            lock.unlock();
        }
    }

    List<CommandEntry> unsettled() {
        lock.lock();
        try {
            return List.copyOf(unsettled.values());
        } finally {
            lock.unlock();
        }
    }

    List<CommandEntry> all() {
        lock.lock();
        try {
            var all = new ArrayList<CommandEntry>(settled.values());
            all.addAll(unsettled.values());
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what need not be remembered any longer. */
    void forget(long nowMicros) {
        lock.lock();
        try {
            forget(settled, nowMicros);
            forget(unsettled, nowMicros);
        } finally {
            lock.unlock();
        }
    }

    private void forget(Map<String, CommandEntry> entries, long nowMicros) {
        entries.values().removeIf(entry -> {
            boolean old = entry.ended() && entry.keepUntilMicros() < nowMicros;
            if (old) {
                bytes -= entry.bytes();
            }
            return old;
        });
    }

    /** What a file would need that says nothing twice. */
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
