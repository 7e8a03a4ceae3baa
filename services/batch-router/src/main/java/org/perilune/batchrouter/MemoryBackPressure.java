package org.perilune.batchrouter;

import java.time.Duration;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis has room. We stop at 70 % of its memory: it must still be able to read and acknowledge, and nothing
 * that was not consumed is ever thrown away to make room. {@link TopicQuota} keeps users' topics from coming near. Safe
 * for threads.
 */
final class MemoryBackPressure implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryBackPressure.class);
    private static final double FULL = 0.7;
    private static final Duration EVERY = Duration.ofMillis(500);

    private final Redis redis;
    private final Loop loop;
    private volatile double used;

    private MemoryBackPressure(Redis redis) {
        this.redis = redis;
        this.loop = Loop.start("batch-router-room", this::look);
    }

    static MemoryBackPressure watch(Redis redis) {
        return new MemoryBackPressure(redis);
    }

    boolean isFull() {
        return used >= FULL;
    }

    /** Used part of the memory that Redis may have, 0 to 1; 0 where it is unbounded or unknown. */
    double used() {
        return used;
    }

    /** Whether there is room does not matter while Redis is away; the batcher says that it is. */
    private Duration look() {
        boolean wasFull = isFull();
        used = read(redis.client().info("memory"));
        if (isFull() && !wasFull) {
            LOG.warn("Redis is full; messages are refused until it is drained [used: {}]", used);
        }
        return EVERY;
    }

    static double read(String info) {
        double most = most(info);
        return most == 0 ? 0 : number(info, "used_memory:") / most;
    }

    /** Bytes that Redis may use, by its {@code INFO memory}; 0 where it is unbounded or does not say. */
    static long most(String info) {
        return number(info, "maxmemory:");
    }

    private static long number(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> Long.parseLong(line.substring(name.length()).strip()))
                .findFirst()
                .orElse(0L);
    }

    @Override
    public void close() {
        loop.close();
    }
}
