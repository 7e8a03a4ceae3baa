package org.perilune.batchrouter;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Redis;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Whether Redis has room. We stop at 70 % of its memory: it must still be able to read and acknowledge, and nothing
 * that was not consumed is ever thrown away to make room. {@link TopicRoom} keeps users' topics from coming near. Safe
 * for threads.
 */
final class RedisRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRoom.class);
    private static final double FULL = 0.7;
    private static final long EVERY_MILLIS = 500;

    private final Redis redis;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile double used;

    private RedisRoom(Redis redis) {
        this.redis = redis;
    }

    static RedisRoom watch(Redis redis) {
        var room = new RedisRoom(redis);
        Threads.start("batch-router-room", room::look);
        return room;
    }

    boolean isFull() {
        return used >= FULL;
    }

    /** Used part of the memory that Redis may have, 0 to 1; 0 where it is unbounded or unknown. */
    double used() {
        return used;
    }

    private void look() {
        try {
            do {
                boolean wasFull = isFull();
                try {
                    used = read(redis.client().info("memory"));
                } catch (JedisException away) {
                    // Whether there is room does not matter while it is away; the batcher says that it is.
                    LOG.debug("Redis does not tell its memory", away);
                }
                if (isFull() && !wasFull) {
                    LOG.warn("Redis is full; messages are refused until it is drained [used: {}]", used);
                }
            } while (!closing.await(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
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
        closing.countDown();
    }
}
