package org.perilune.chassis.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Whether Redis keeps what it acknowledges: every write on disk before its answer, nothing thrown away to make room, and
 * a bound of its memory, at which messages are refused in time. With a Redis that is set up otherwise, what a device was
 * told is safe may be lost. Asked again now and then, since settings can be changed while it runs. Safe for threads.
 */
final class RedisRules {
    private static final long AGAIN_NANOS = Duration.ofSeconds(30).toNanos();

    private volatile Optional<String> problem = Optional.empty();
    private volatile long asked = System.nanoTime() - AGAIN_NANOS;

    /** Empty where all is well. */
    Optional<String> problem(RedisClient client) {
        long now = System.nanoTime();
        if (now - asked >= AGAIN_NANOS || problem.isPresent()) {
            problem = ask(client);
            asked = now;
        }
        return problem;
    }

    private static Optional<String> ask(RedisClient client) {
        List<String> wanted = new ArrayList<>();
        String memory = client.info("memory");
        if (line(memory, "maxmemory").equals("0")) {
            wanted.add("maxmemory to a number of bytes");
        }
        if (!line(memory, "maxmemory_policy").equals("noeviction")) {
            wanted.add("maxmemory-policy to noeviction");
        }
        if (!line(client.info("persistence"), "aof_enabled").equals("1")) {
            wanted.add("appendonly to yes");
        }
        try {
            Map<String, String> sync = client.configGet("appendfsync");
            if (!"always".equals(sync.get("appendfsync"))) {
                wanted.add("appendfsync to always");
            }
        } catch (JedisDataException denied) {
            return Optional.of(
                    "Redis does not tell whether its appendfsync is always: give our user the right +config|get");
        }
        return wanted.isEmpty()
                ? Optional.empty()
                : Optional.of("Redis may lose what it acknowledged; set its " + String.join(", its ", wanted));
    }

    private static String line(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
