package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.Redis;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * How much of Redis the streams of users' topics may take: a part of its memory for all of them, and a smaller one for
 * each stream and for the streams of each device, so that one that floods is held up alone and long before Redis is
 * full. Nothing that was taken is thrown away: there is room again when whoever reads a stream trims or deletes it. A
 * stream counts as its last writer's. Counted as messages come, and measured in Redis again and again. Safe for
 * threads.
 */
final class TopicRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicRoom.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    /** Looking costs Redis a little for each stream: not more than this part of its time. */
    private static final int PAUSE_TO_LOOK = 20;

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int KEYS_AT_ONCE = 1_000;
    private static final int ENTRY_BYTES = 200;
    private static final long BETWEEN_WARNINGS_NANOS = Duration.ofMinutes(1).toNanos();

    /** A stream counts as this much at least: the number of streams is bounded, too. */
    static final long LEAST_STREAM_BYTES = 16 * 1024;

    private final Redis redis;
    private final Shares shares;
    private final CountDownLatch closing = new CountDownLatch(1);

    private final Map<String, Stream> streams = new HashMap<>();
    private final Map<String, Long> devices = new HashMap<>();
    private long total;
    private long most = Long.MAX_VALUE;
    private long mostEach = Long.MAX_VALUE;
    private long warned = System.nanoTime() - BETWEEN_WARNINGS_NANOS;

    /**
     * Parts of the memory that Redis may have, 0 to 1.
     *
     * @param all of all users' streams together
     * @param each of one stream, and of one device's streams together
     */
    record Shares(double all, double each) {}

    private static final class Stream {
        private String device = "";
        private long bytes;
        private long addedBeforeLook;
        private long added;
    }

    private TopicRoom(Redis redis, Shares shares) {
        this.redis = redis;
        this.shares = shares;
    }

    static TopicRoom watch(Redis redis, Shares shares) {
        var room = new TopicRoom(redis, shares);
        Threads.start("batch-router-topic-room", room::run);
        return room;
    }

    /**
     * Counts the message, or says why there is no room for it.
     *
     * @param device empty where the broker does not say
     */
    synchronized Optional<String> take(String device, String topic, int payloadBytes) {
        Stream known = streams.get(topic);
        long more = payloadBytes + ENTRY_BYTES + (known == null ? LEAST_STREAM_BYTES : 0);
        long held = known == null ? 0 : known.bytes;
        long others = devices.getOrDefault(device, 0L) - (known != null && known.device.equals(device) ? held : 0);
        if (held + more > mostEach) {
            return full("the topic " + topic);
        }
        if (!device.isEmpty() && others + held + more > mostEach) {
            return full("the topics of " + device);
        }
        if (total + more > most) {
            return full("users' topics");
        }
        Stream stream = known == null ? new Stream() : known;
        streams.putIfAbsent(topic, stream);
        count(stream.device, -held);
        stream.device = device;
        stream.bytes += more;
        stream.added += more;
        count(device, stream.bytes);
        total += more;
        return Optional.empty();
    }

    /** Bytes, as far as is known. */
    synchronized long used() {
        return total;
    }

    private Optional<String> full(String what) {
        long now = System.nanoTime();
        if (now - warned > BETWEEN_WARNINGS_NANOS) {
            warned = now;
            LOG.warn("Redis holds as much as it may of {}; who sends more is held up until somebody trims it", what);
        }
        return Optional.of("There is no more room for " + what);
    }

    private void count(String device, long more) {
        long sum = devices.merge(device, more, Long::sum);
        if (sum <= 0) {
            devices.remove(device);
        }
    }

    private void run() {
        try {
            Duration pause = BETWEEN_LOOKS;
            do {
                long began = System.nanoTime();
                try {
                    look();
                } catch (JedisException away) {
                    // What was known before holds on; nothing can be written now anyway.
                    LOG.debug("Redis does not tell the size of streams", away);
                }
                Duration took = Duration.ofNanos((System.nanoTime() - began) * PAUSE_TO_LOOK);
                pause = took.compareTo(BETWEEN_LOOKS) > 0 ? took : BETWEEN_LOOKS;
            } while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        beginLook();
        var measured = new HashMap<String, Long>();
        try (Jedis jedis = redis.dedicated(ANSWER)) {
            long memory = RedisRoom.most(jedis.info("memory"));
            var params = new ScanParams().count(KEYS_AT_ONCE);
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> keys = jedis.scan(cursor, params, "stream");
                measure(jedis, keys.getResult(), measured);
                cursor = keys.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            settle(memory, measured);
        }
    }

    private static void measure(Jedis jedis, List<String> keys, Map<String, Long> measured) {
        List<String> ofUsers = keys.stream().filter(Routes::isOfUsers).toList();
        var answers = new ArrayList<Response<Long>>();
        try (Pipeline pipeline = jedis.pipelined()) {
            ofUsers.forEach(key -> answers.add(pipeline.memoryUsage(key.getBytes(UTF_8))));
        }
        for (int index = 0; index < ofUsers.size(); index++) {
            Long bytes = answers.get(index).get();
            if (bytes != null) {
                measured.put(ofUsers.get(index), Math.max(LEAST_STREAM_BYTES, bytes));
            }
        }
    }

    private synchronized void beginLook() {
        for (Stream stream : streams.values()) {
            stream.addedBeforeLook = stream.added;
            stream.added = 0;
        }
    }

    /** What was taken of late may not have been in Redis when it was measured, and counts on top until the next look. */
    private synchronized void settle(long memory, Map<String, Long> measured) {
        most = memory == 0 ? Long.MAX_VALUE : (long) (memory * shares.all());
        mostEach = memory == 0 ? Long.MAX_VALUE : (long) (memory * shares.each());
        measured.keySet().forEach(topic -> streams.computeIfAbsent(topic, ignored -> new Stream()));
        streams.entrySet().removeIf(stream -> {
            Stream held = stream.getValue();
            held.bytes = measured.getOrDefault(stream.getKey(), 0L) + held.addedBeforeLook + held.added;
            return held.bytes == 0;
        });
        devices.clear();
        total = 0;
        for (Stream stream : streams.values()) {
            total += stream.bytes;
            count(stream.device, stream.bytes);
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
