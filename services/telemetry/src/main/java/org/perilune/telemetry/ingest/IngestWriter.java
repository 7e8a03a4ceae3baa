package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.LeaderSession;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.telemetry.store.ClockTolerance;
import org.perilune.telemetry.store.DeviceRegistry;

/**
 * One loop: read what came on the partitions that it owns, store it, acknowledge it. When PostgreSQL or Redis fails it
 * forgets everything and begins anew from what was not acknowledged: whether the last commit happened does not matter,
 * since storing twice changes nothing. One thread.
 */
final class IngestWriter implements AutoCloseable {
    private static final Duration BLOCK = Duration.ofMillis(100);
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PENDING_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int MOST_ENTRIES = 2_000;

    /** From this size on a batch says that there is load, and the next may gather for a moment. */
    private static final int BATCH_UNDER_LOAD = 64;

    private static final long GATHER_MILLIS = 8;

    private final Postgres postgres;
    private final Redis redis;
    private final DeviceRegistry devices;
    private final Watermarks watermarks;
    private final IngestMeters meters;
    private final FrameSpans spans;
    private final IngestLoad load;
    private final ClockTolerance clocks;
    private final Clock clock;
    private final StoreLoop loop;
    private final IngestLimits limits;
    private final BatchSize size;

    IngestWriter(
            String name,
            Postgres postgres,
            Redis redis,
            DeviceRegistry devices,
            Watermarks watermarks,
            IngestMeters meters,
            FrameSpans spans,
            IngestLoad load,
            IngestLimits limits,
            ClockTolerance clocks,
            Clock clock) {
        this.limits = limits;
        this.size = new BatchSize(MOST_ENTRIES, limits.batchBytes());
        this.postgres = postgres;
        this.redis = redis;
        this.devices = devices;
        this.watermarks = watermarks;
        this.meters = meters;
        this.spans = spans;
        this.load = load;
        this.clocks = clocks;
        this.clock = clock;
        this.loop = new StoreLoop(name, postgres);
        loop.start(Threads::startPlatform, this::own);
    }

    /** What keeps it from storing; null when nothing does. */
    @Nullable
    String trouble() {
        return loop.trouble();
    }

    private void own() throws SQLException, InterruptedException {
        try (Connection connection = postgres.dataSource().getConnection();
                var reader = new StreamReader(redis)) {
            connection.setAutoCommit(false);
            try (LeaderSession session = postgres.leaderSession(connection)) {
                var ownership = new IngestOwnership(connection, session);
                var store = new IngestStore(
                        connection, devices, watermarks, meters, limits.newEpochsAMinute(), clocks, clock);
                storeWhatComes(ownership, new TreeMap<>(), reader, store);
            } catch (SQLException | RuntimeException failure) {
                size.failed();
                throw failure;
            }
        }
    }

    private void storeWhatComes(
            IngestOwnership ownership, Map<Integer, IngestPartition> partitions, StreamReader reader, IngestStore store)
            throws SQLException, InterruptedException {
        long nextChores = System.nanoTime();
        long nextPending = nextChores + PENDING_AGAIN_NANOS;
        while (!loop.isClosing()) {
            long now = System.nanoTime();
            if (now - nextChores >= 0) {
                nextChores = now + EVERY_NANOS;
                chores(ownership, partitions, reader, store);
            }
            if (now - nextPending >= 0) {
                // An owner that died between reading and storing left something, perhaps after we looked.
                nextPending = now + PENDING_AGAIN_NANOS;
                partitions.values().forEach(IngestPartition::readPendingAgain);
            }
            loop.isWell();
            if (partitions.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(BLOCK.toMillis());
                continue;
            }
            if (!storePending(partitions, reader, store)) {
                storeFresh(partitions, reader, store);
            }
        }
        store.saveProgress(partitions.values(), true);
    }

    private void chores(
            IngestOwnership ownership, Map<Integer, IngestPartition> partitions, StreamReader reader, IngestStore store)
            throws SQLException {
        store.saveProgress(partitions.values(), false);
        IngestOwnership.Change due = ownership.due();
        for (int partition : due.mustGive()) {
            IngestPartition given = partitions.remove(partition);
            if (given != null) {
                store.saveProgress(List.of(given), true);
            }
            ownership.give(partition);
        }
        int share = due.share();
        for (int partition : due.mayTake()) {
            if (partitions.size() < share && ownership.take(partition)) {
                var taken = new IngestPartition(partition, limits.keptBytes());
                reader.makeGroup(taken.stream());
                store.adopt(partition);
                partitions.put(partition, taken);
            }
        }
        if (partitions.isEmpty()) {
            return;
        }
        // Where room is short, live followers go without what is stored already: intake goes on.
        boolean isShort = reader.memoryUsed() >= limits.shortOfMemory();
        for (IngestPartition partition : partitions.values()) {
            long lag = reader.trim(partition.stream(), isShort ? StreamId.END : partition.keepFrom());
            meters.lag(partition.stream(), lag);
            load.lag(lag);
        }
    }

    private boolean storePending(Map<Integer, IngestPartition> partitions, StreamReader reader, IngestStore store)
            throws SQLException {
        for (IngestPartition partition : partitions.values()) {
            byte[] after = partition.pendingAfter;
            if (after == null) {
                continue;
            }
            List<StreamEntry> entries = reader.pending(partition.stream(), after, size);
            if (entries.isEmpty()) {
                partition.pendingAfter = null;
                continue;
            }
            load.wasRead(entries.size() + BatchSize.CHUNK > size.entries());
            store.store(Map.of(partition, entries));
            reader.acknowledge(partition.stream(), entries);
            size.went();
            partition.pendingAfter = entries.getLast().id();
            return true;
        }
        return false;
    }

    private void storeFresh(Map<Integer, IngestPartition> partitions, StreamReader reader, IngestStore store)
            throws SQLException, InterruptedException {
        List<String> streams =
                partitions.values().stream().map(IngestPartition::stream).toList();
        Map<String, List<StreamEntry>> read = reader.fresh(streams, size, BLOCK);
        if (read.isEmpty()) {
            return;
        }
        long readEpochNanos = Tracing.nowEpochNanos();
        var work = new LinkedHashMap<IngestPartition, List<StreamEntry>>();
        for (IngestPartition partition : partitions.values()) {
            List<StreamEntry> entries = read.getOrDefault(partition.stream(), new ArrayList<>());
            if (!entries.isEmpty()) {
                work.put(partition, entries);
                partition.wasRead(entries);
            }
        }
        store.store(work);
        work.forEach((partition, entries) -> reader.acknowledge(partition.stream(), entries));
        spans.stored(work.values(), readEpochNanos);
        adapt(read);
    }

    /** The next read may take more, and gathers a little under load. */
    private void adapt(Map<String, List<StreamEntry>> read) throws InterruptedException {
        int entries = 0;
        int most = 0;
        long bytes = 0;
        for (List<StreamEntry> stream : read.values()) {
            most = Math.max(most, stream.size());
            entries += stream.size();
            for (StreamEntry entry : stream) {
                bytes += entry.bytes();
            }
        }
        boolean isFull = most + BatchSize.CHUNK > size.entries() || bytes >= size.bytes() / read.size();
        load.wasRead(isFull);
        size.went();
        if (entries >= BATCH_UNDER_LOAD && !isFull && !loop.isClosing()) {
            TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
        }
    }

    /** Finishes the batch under way. */
    @Override
    public void close() {
        loop.close();
    }
}
