package org.perilune.telemetry.live;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;

/**
 * How old entries are, by the clock that gave them their ids: ours may differ from Redis' by more than what is to be
 * measured. Not safe for threads.
 */
final class RedisClock {
    private static final long AGAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private final Jedis jedis;
    private long millis;
    private long atNanos;

    RedisClock(Jedis jedis) {
        this.jedis = jedis;
        ask();
    }

    private void ask() {
        List<String> time = jedis.time();
        millis = Instant.ofEpochSecond(Long.parseLong(time.get(0)), Long.parseLong(time.get(1)) * 1_000)
                .toEpochMilli();
        atNanos = System.nanoTime();
    }

    /** Nanoseconds since Redis took the entry. */
    long age(StreamEntryID id) {
        if (System.nanoTime() - atNanos > AGAIN_NANOS) {
            ask();
        }
        return Math.max(0, System.nanoTime() - atNanos + TimeUnit.MILLISECONDS.toNanos(millis - id.getTime()));
    }
}
