package org.perilune.telemetry.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.contracts.Streams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.StreamEntryBinary;

/**
 * Reads the streams' ends for whoever follows, and only while somebody does; every entry is decoded once. When Redis is
 * away followers stay, and go on with what comes when it is back. Safe for threads.
 */
public final class LiveTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveTail.class);
    private static final int MOST_FOLLOWERS = 500;
    private static final int BLOCK_MILLIS = 500;
    private static final int ENTRIES_AT_ONCE = 500;
    private static final Duration RETRY = Duration.ofMillis(250);

    private final Redis redis;
    private final LiveMeters meters;
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread reader; // guarded by this

    public LiveTail(Redis redis, LiveMeters meters) {
        this.redis = redis;
        this.meters = meters;
    }

    /** @throws ServiceException.Unavailable when there are too many followers */
    synchronized Follower follow(Set<String> devices) {
        if (followers.size() >= MOST_FOLLOWERS || closing.getCount() == 0) {
            throw new ServiceException.Unavailable(
                    "There are " + followers.size() + " followers already; try again later",
                    Duration.ofSeconds(5),
                    null);
        }
        var follower = new Follower(devices);
        followers.add(follower);
        if (reader == null) {
            reader = Threads.startPlatform("telemetry-live", this::run);
        }
        return follower;
    }

    void leave(Follower follower) {
        followers.remove(follower);
    }

    public boolean isFollowed() {
        return !followers.isEmpty();
    }

    /** Tells all who follow the device. */
    public void state(String device, byte[] json) {
        each(follower -> {
            if (follower.wants(device)) {
                follower.offerState(json);
            }
        });
    }

    private void each(Consumer<Follower> action) {
        followers.forEach(action);
    }

    private synchronized boolean goOn() {
        if (followers.isEmpty() || closing.getCount() == 0) {
            reader = null;
            return false;
        }
        return true;
    }

    private void run() {
        var decoder = new LiveDecoder();
        var places = new LinkedHashMap<String, LivePlace>();
        while (goOn()) {
            try (Jedis jedis = redis.dedicated(Duration.ofSeconds(5))) {
                // After a break of the connection reading goes on where it was: followers miss nothing.
                streams().forEach(stream -> places.computeIfAbsent(stream, name -> LivePlace.atEnd(jedis, name)));
                tellMissed(jedis, places.values());
                var clock = new RedisClock(jedis);
                while (goOn()) {
                    read(jedis, places, decoder, clock);
                }
                return;
            } catch (JedisException failure) {
                LOG.warn("The live stream cannot be read; trying again", failure);
                pause();
            }
        }
    }

    private static List<String> streams() {
        var streams = new ArrayList<>(Streams.telemetryPartitions());
        streams.add(Streams.POSTED);
        return streams;
    }

    private void tellMissed(Jedis jedis, Collection<LivePlace> places) {
        for (LivePlace place : places) {
            long missed = place.missed(jedis);
            if (missed > 0) {
                meters.skipped.increment((double) missed);
                each(follower -> follower.skip(missed));
            }
        }
    }

    @SuppressWarnings("ArrayAsKeyOfSetOrMap") // the client's own type; it is only iterated over
    private void read(Jedis jedis, Map<String, LivePlace> places, LiveDecoder decoder, RedisClock clock) {
        var from = new LinkedHashMap<byte[], StreamEntryID>();
        places.values().forEach(place -> from.put(place.stream().getBytes(UTF_8), place.last()));
        var answer = jedis.xreadBinary(new XReadParams().block(BLOCK_MILLIS).count(ENTRIES_AT_ONCE), from);
        if (answer == null) {
            return;
        }
        for (var part : answer) {
            LivePlace place = places.get(new String(part.getKey(), UTF_8));
            if (place == null) {
                continue;
            }
            for (StreamEntryBinary entry : part.getValue()) {
                place.wasRead(entry.getID());
                tell(place.stream(), entry, decoder, clock);
            }
            if (part.getValue().size() == ENTRIES_AT_ONCE) {
                // Who reads as much as there may be at once is behind, and may have lost something to trimming.
                tellMissed(jedis, List.of(place));
            }
        }
    }

    /** What nobody follows is not decoded: a page with one device must not cost as much as the fleet. */
    private void tell(String stream, StreamEntryBinary entry, LiveDecoder decoder, RedisClock clock) {
        String device = LiveDecoder.device(entry.getFields());
        if (followers.stream().noneMatch(follower -> follower.wants(device))) {
            return;
        }
        long age = clock.age(entry.getID());
        meters.lag.record(age, TimeUnit.NANOSECONDS);
        List<LiveFrame> frames = decoder.decode(stream, entry.getFields(), System.nanoTime() - age);
        meters.frames.increment(frames.size());
        if (!frames.isEmpty()) {
            each(follower -> follower.offer(frames));
        }
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("Closing while Redis is away");
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all streams; their clients come back to another copy. */
    @Override
    public void close() {
        closing.countDown();
        each(Follower::end);
    }
}
