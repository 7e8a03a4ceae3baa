package org.perilune.telemetry.ingest;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Streams;
import org.perilune.telemetry.store.DeviceRegistry;

/**
 * Follows the streams of what devices say of themselves, of their last wills and of what the router rejected, and
 * acknowledges what {@link DeviceEvents} has applied. One thread.
 */
final class StreamEvents implements AutoCloseable {
    private static final List<String> STREAMS = List.of(Streams.CONNECT, Streams.LAST_WILL, Streams.REJECTS);
    private static final Duration BLOCK = Duration.ofMillis(100);
    private static final int MOST_ENTRIES = 100;
    private static final long TRIM_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PENDING_AGAIN_NANOS = Duration.ofSeconds(15).toNanos();
    private static final byte[] BEGINNING = {'0', '-', '0'};

    private final Redis redis;
    private final DeviceEvents events;
    private final StoreLoop loop;
    private final BatchSize size;

    StreamEvents(
            Postgres postgres,
            Redis redis,
            DeviceRegistry devices,
            Watermarks watermarks,
            IngestMeters meters,
            int batchBytes,
            Clock clock) {
        this.redis = redis;
        this.events = new DeviceEvents(postgres, devices, watermarks, meters, clock);
        this.size = new BatchSize(MOST_ENTRIES, batchBytes);
        this.loop = new StoreLoop("telemetry-events", postgres);
        loop.start(Threads::start, this::own);
    }

    /** What keeps it from applying what came; null when nothing does. */
    @Nullable
    String trouble() {
        return loop.trouble();
    }

    private void own() throws SQLException {
        try (var reader = new StreamReader(redis)) {
            STREAMS.forEach(reader::makeGroup);
            follow(reader);
        } catch (SQLException | RuntimeException failure) {
            size.failed();
            throw failure;
        }
    }

    private void follow(StreamReader reader) throws SQLException {
        long nextPending = System.nanoTime();
        long nextTrim = nextPending;
        while (!loop.isClosing()) {
            long now = System.nanoTime();
            if (now - nextPending >= 0) {
                nextPending = now + PENDING_AGAIN_NANOS;
                for (String stream : STREAMS) {
                    again(reader, stream);
                }
            }
            if (now - nextTrim >= 0) {
                nextTrim = now + TRIM_NANOS;
                // Nobody follows these live: what is acknowledged by all may go, whatever room there is.
                STREAMS.forEach(stream -> reader.trim(stream, StreamId.END));
            }
            for (Map.Entry<String, List<StreamEntry>> read :
                    reader.fresh(STREAMS, size, BLOCK).entrySet()) {
                events.apply(read.getKey(), read.getValue());
                reader.acknowledge(read.getKey(), read.getValue());
                size.went();
            }
            loop.isWell();
        }
    }

    private void again(StreamReader reader, String stream) throws SQLException {
        byte[] after = BEGINNING;
        List<StreamEntry> entries = reader.pending(stream, after, size);
        while (!entries.isEmpty() && !loop.isClosing()) {
            events.apply(stream, entries);
            reader.acknowledge(stream, entries);
            after = entries.getLast().id();
            entries = reader.pending(stream, after, size);
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
