package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Loop;
import org.perilune.contracts.Streams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * How much of Redis the streams of users' topics may take: a part of its memory for all of them, and a smaller one for
 * each stream and for the streams of each device. A stream that is full loses its oldest entries for the newest, or
 * takes no more where it is configured so; neither holds up its publishers, nor anybody else. Counted as messages come,
 * and measured in Redis again and again. Safe for threads.
 */
final class TopicQuota implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicQuota.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    /** Looking costs Redis a little for each stream: not more than this part of its time. */
    private static final int PAUSE_TO_LOOK = 20;

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int KEYS_AT_ONCE = 1_000;
    private static final long BETWEEN_WARNINGS_NANOS = Duration.ofMinutes(1).toNanos();
    private static final List<String> EVENTS = List.of(Streams.REJECTS, Streams.CONNECT, Streams.LAST_WILL);

    private final Redis redis;
    private final Shares shares;
    private final TopicShares books;
    private final Loop loop;
    private volatile List<String> fullEvents = List.of();
    private long warned = System.nanoTime() - BETWEEN_WARNINGS_NANOS;

    /**
     * Parts of the memory that Redis may have, 0 to 1.
     *
     * @param all of all users' streams together
     * @param each of one stream, and of one device's streams together
     * @param refusing filters of topics that refuse messages when they are full, instead of losing their oldest
     * @param events of each stream of what devices say of themselves, and of rejects
     */
    record Shares(double all, double each, List<String> refusing, double events) {
        Shares {
            refusing = List.copyOf(refusing);
        }
    }

    private TopicQuota(Redis redis, Shares shares) {
        this.redis = redis;
        this.shares = shares;
        this.books = new TopicShares(shares);
        this.loop = Loop.start("batch-router-topic-room", this::turn);
    }

    static TopicQuota watch(Redis redis, Shares shares) {
        return new TopicQuota(redis, shares);
    }

    /** Counts the message, or says why there is no room for it. */
    Optional<String> take(String device, String topic, int payloadBytes) {
        return books.take(device, topic, payloadBytes).map(what -> {
            warn("Redis holds as much as it may of {}; more is refused until somebody trims it", what);
            return "There is no more room for " + what;
        });
    }

    /** How many entries streams are to keep, before anything more is written. */
    Map<String, Long> takeTrims() {
        return books.takeTrims();
    }

    void dropped(String topic) {
        warn("Nobody trims the stream of a topic, and its oldest messages are dropped [topic: {}]", topic);
    }

    /** Whether the stream, one of {@link Streams}, holds all that it may while telemetry is away. */
    boolean isFull(String stream) {
        return fullEvents.contains(stream);
    }

    /** Bytes, as far as is known. */
    long used() {
        return books.used();
    }

    private synchronized void warn(String sentence, String what) {
        long now = System.nanoTime();
        if (now - warned > BETWEEN_WARNINGS_NANOS) {
            warned = now;
            LOG.warn(sentence, what);
        }
    }

    /** While Redis is away what was known before holds on; nothing can be written then anyway. */
    private Duration turn() {
        long began = System.nanoTime();
        look();
        Duration took = Duration.ofNanos((System.nanoTime() - began) * PAUSE_TO_LOOK);
        return took.compareTo(BETWEEN_LOOKS) > 0 ? took : BETWEEN_LOOKS;
    }

    private void look() {
        books.beginLook();
        var measured = new HashMap<String, TopicShares.Measured>();
        try (Jedis jedis = redis.dedicated(ANSWER)) {
            long memory = MemoryBackPressure.most(jedis.info("memory"));
            lookAtEvents(jedis, memory);
            var params = new ScanParams().count(KEYS_AT_ONCE);
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> keys = jedis.scan(cursor, params, "stream");
                measure(
                        jedis,
                        keys.getResult().stream().filter(Routes::isOfUsers).toList(),
                        measured);
                cursor = keys.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            books.settle(memory, measured);
        }
    }

    private void lookAtEvents(Jedis jedis, long memory) {
        var measured = new HashMap<String, TopicShares.Measured>();
        measure(jedis, EVENTS, measured);
        var full = new ArrayList<String>();
        measured.forEach((stream, size) -> {
            if (memory > 0 && size.bytes() > memory * shares.events()) {
                full.add(stream);
            }
        });
        if (!full.isEmpty()) {
            warn(
                    "Telemetry does not take what waits in Redis, and more of it is dropped [streams: {}]",
                    full.toString());
        }
        fullEvents = List.copyOf(full);
    }

    private static void measure(Jedis jedis, List<String> keys, Map<String, TopicShares.Measured> measured) {
        var bytes = new ArrayList<Response<Long>>();
        var entries = new ArrayList<Response<Long>>();
        try (Pipeline pipeline = jedis.pipelined()) {
            for (String key : keys) {
                bytes.add(pipeline.memoryUsage(key.getBytes(UTF_8)));
                entries.add(pipeline.xlen(key.getBytes(UTF_8)));
            }
        }
        for (int index = 0; index < keys.size(); index++) {
            Long size = bytes.get(index).get();
            if (size != null) {
                measured.put(
                        keys.get(index),
                        new TopicShares.Measured(
                                Math.max(TopicShares.LEAST_STREAM_BYTES, size),
                                entries.get(index).get()));
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
