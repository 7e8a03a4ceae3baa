package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Streams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Tells which devices have just connected, so that what waits for them need not wait for the next try. A hint only:
 * what is missed while Redis is away is found by trying. Safe for threads.
 */
final class ReconnectHint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReconnectHint.class);
    private static final byte[] STREAM = bytes(Streams.CONNECT);
    private static final Duration BLOCK = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final String ENTRIES_AT_ONCE = "500";

    private final Redis redis;
    private final Consumer<String> connected;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private ReconnectHint(Redis redis, Consumer<String> connected) {
        this.redis = redis;
        this.connected = connected;
        this.thread = Threads.start("command-reconnects", this::run);
    }

    /** @param connected is told names of devices, by one thread; must be quick */
    static ReconnectHint follow(Redis redis, Consumer<String> connected) {
        return new ReconnectHint(redis, connected);
    }

    private void run() {
        byte[] place = null;
        try {
            while (closing.getCount() > 0) {
                try (Jedis jedis = redis.dedicated(ANSWER)) {
                    while (closing.getCount() > 0) {
                        place = read(jedis, place);
                    }
                } catch (JedisException failure) {
                    LOG.debug("Connects of devices cannot be followed; trying again", failure);
                    closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where to read on: "now" is asked only once, lest what comes between two reads is missed. */
    private byte[] read(Jedis jedis, byte @Nullable [] place) {
        byte[] from = place == null ? end(jedis) : place;
        Object answer = jedis.sendCommand(
                Command.XREAD,
                bytes("COUNT"),
                bytes(ENTRIES_AT_ONCE),
                bytes("BLOCK"),
                bytes(Long.toString(BLOCK.toMillis())),
                bytes("STREAMS"),
                STREAM,
                from);
        if (answer == null) {
            return from;
        }
        List<?> stream = (List<?>) ((List<?>) answer).getFirst();
        byte[] last = from;
        for (Object raw : (List<?>) stream.get(1)) {
            List<?> pair = (List<?>) raw;
            last = (byte[]) pair.get(0);
            connected.accept(new AckEntry(last, (List<?>) pair.get(1)).device());
        }
        return last;
    }

    private static byte[] end(Jedis jedis) {
        List<?> newest = (List<?>)
                jedis.sendCommand(Command.XREVRANGE, STREAM, bytes("+"), bytes("-"), bytes("COUNT"), bytes("1"));
        return newest.isEmpty() ? bytes("0-0") : (byte[]) ((List<?>) newest.getFirst()).getFirst();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        closing.countDown();
        Threads.stop(thread, STOP);
    }
}
