package org.perilune.status;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.contracts.Streams;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Asks Redis, and how much of the streams is not stored yet. */
final class RedisProbe implements Probe {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final String GROUP = "telemetry";

    private final Redis redis;
    private final Consumer<Map<String, Long>> backlogs;
    private @Nullable Jedis connection;

    /** @param backlogs is told the entries not stored yet by stream, at every look */
    RedisProbe(RedisConfig config, Consumer<Map<String, Long>> backlogs) {
        this.redis = Redis.open(config);
        this.backlogs = backlogs;
    }

    @Override
    public Finding look() {
        try {
            Jedis jedis = opened();
            jedis.ping();
            Map<String, String> info = info(jedis);
            backlogs.accept(Streams.telemetryPartitions().stream()
                    .collect(Collectors.toMap(stream -> stream, stream -> backlog(jedis, stream))));
            return Finding.works(
                    "Redis " + info.getOrDefault("redis_version", "") + " works",
                    number(info.get("uptime_in_seconds")),
                    number(info.get("used_memory_rss")));
        } catch (JedisException failure) {
            disconnect();
            throw failure;
        }
    }

    private Jedis opened() {
        Jedis open = connection;
        if (open == null) {
            open = redis.dedicated(DEADLINE);
            connection = open;
        }
        return open;
    }

    /** What the group has not read, and what it has read but not acknowledged; all of it where nobody reads. */
    private static long backlog(Jedis jedis, String stream) {
        try {
            for (var group : jedis.xinfoGroups(stream)) {
                // Redis does not know the lag of a stream with gaps: then everything in it counts.
                if (group.getName().equals(GROUP) && group.getGroupInfo().get("lag") instanceof Long lag) {
                    return lag + group.getPending();
                }
            }
        } catch (JedisDataException noSuchStream) {
            return 0;
        }
        return jedis.xlen(stream);
    }

    private static Map<String, String> info(Jedis jedis) {
        Set<String> wanted = Set.of("redis_version", "uptime_in_seconds", "used_memory_rss");
        var info = new HashMap<String, String>();
        jedis.info().lines().map(line -> line.split(":", 2)).forEach(pair -> {
            if (pair.length == 2 && wanted.contains(pair[0])) {
                info.put(pair[0], pair[1].strip());
            }
        });
        return info;
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
    }

    private void disconnect() {
        try (Jedis _ = connection) {
            connection = null;
        } catch (JedisException ignored) {
            // It was broken already.
        }
    }

    @Override
    public void close() {
        disconnect();
        redis.close();
    }
}
