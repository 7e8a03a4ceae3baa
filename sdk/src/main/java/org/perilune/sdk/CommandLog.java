package org.perilune.sdk;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;

/** What came of commands. */
final class CommandLog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, CommandEntry> entries = new LinkedHashMap<>();

    Optional<CommandEntry> find(String id) {
        lock.lock();
        try {
            return Optional.ofNullable(entries.get(id));
        } finally {
            lock.unlock();
        }
    }

    /** Oldest first: what has not ended, and what the ground may not know. */
    List<CommandEntry> unsettled() {
        lock.lock();
        try {
            return entries.values().stream()
                    .filter(entry -> !entry.ended() || !entry.acknowledged())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    CompletableFuture<Void> received(Command message, DeviceCommand command, Instant at) {
        return put(
                new CommandEntry(command, CommandMessage.ack(message.getId(), Stage.STAGE_RECEIVED, "", at), 0, false));
    }

    CompletableFuture<Void> begun(DeviceCommand command, Instant at) {
        return put(
                new CommandEntry(command, CommandMessage.ack(command.id(), Stage.STAGE_EXECUTING, "", at), 0, false));
    }

    CompletableFuture<Void> ended(Ack end, long notAfterMicros) {
        return put(new CommandEntry(null, end, Math.max(notAfterMicros, end.getTimeMicros()), false));
    }

    void acknowledged(String id) {
        lock.lock();
        try {
            entries.computeIfPresent(
                    id, (same, entry) -> new CommandEntry(null, entry.ack(), entry.keepUntilMicros(), true));
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<Void> put(CommandEntry entry) {
        lock.lock();
        try {
            entries.put(entry.ack().getId(), entry);
        } finally {
            lock.unlock();
        }
        return CompletableFuture.completedFuture(null);
    }
}
