package org.perilune.batchrouter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Writes whatever has come meanwhile to Redis in one go, and then says so: Redis syncs its file once a go, so that
 * groups make it fast, and they grow with the load by themselves. What came while Redis is away waits some seconds
 * and is then refused. One thread writes; {@link #take} is safe for threads.
 */
final class Batcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);
    private static final int LARGEST_GROUP = 1_024;
    private static final long LARGEST_GROUP_BYTES = 4L << 20;
    private static final long MOST_QUEUED_BYTES = 128L << 20;
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long IDLE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final MemoryBackPressure room;
    private final TopicQuota topics;
    private final RouterMeters meters;
    private final BlockingQueue<Message> queue;
    private final GroupWriter writer;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final List<Message> group = new ArrayList<>(LARGEST_GROUP);
    private long pauseMillis = 10;
    private volatile boolean closing;
    private volatile @Nullable String trouble;
    private final Thread thread;

    private Batcher(
            Redis redis,
            MemoryBackPressure room,
            TopicQuota topics,
            RouterMeters meters,
            int capacity,
            long eventBytesAMinute) {
        this.writer = new GroupWriter(redis, topics, meters, eventBytesAMinute);
        this.room = room;
        this.topics = topics;
        this.meters = meters;
        this.queue = new ArrayBlockingQueue<>(capacity);
        meters.watch(queue::size, room::used, topics::used);
        this.thread = Threads.startPlatform("batch-router-batcher", this::run);
    }

    /** @param eventBytesAMinute of each device: rejects, connects and last wills, each for themselves */
    static Batcher start(
            Redis redis,
            MemoryBackPressure room,
            TopicQuota topics,
            RouterMeters meters,
            int capacity,
            long eventBytesAMinute) {
        return new Batcher(redis, room, topics, meters, capacity, eventBytesAMinute);
    }

    /** Never blocks. */
    CompletionStage<Void> take(Message message) {
        meters.came.increment();
        if (closing || room.isFull()) {
            refuse(message, closing ? "The router is stopping" : "Redis is full");
            return message.done();
        }
        int size = message.payload().length;
        if (Routes.isOfUsers(message.topic())) {
            Optional<String> full = topics.take(message.client(), message.topic(), size);
            if (full.isPresent()) {
                meters.topicsRefused.increment();
                message.refuseForGood(full.get());
                return message.done();
            }
        }
        if (queuedBytes.addAndGet(size) > MOST_QUEUED_BYTES || !queue.offer(message)) {
            queuedBytes.addAndGet(-size);
            refuse(message, "Too many messages wait for Redis");
            return message.done();
        }
        if (closing && !thread.isAlive() && queue.remove(message)) {
            refuse(message, "The router is stopping");
        }
        return message.done();
    }

    /** What keeps messages from being written just now. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void refuse(Message message, String why) {
        meters.refused.increment();
        message.refuse(why);
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty() || !group.isEmpty()) {
                turn();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            closing = true;
            writer.disconnect();
            refuseAll();
        }
    }

    private void turn() throws InterruptedException {
        try {
            if (group.isEmpty()) {
                collect();
            }
            if (!group.isEmpty()) {
                writer.write(group);
                group.clear();
            }
            trouble = null;
            pauseMillis = 10;
        } catch (JedisException away) {
            if (trouble == null) {
                LOG.warn("Redis cannot be written to; messages wait", away);
            }
            trouble = "Redis is away: " + away.getMessage();
            writer.disconnect();
            refuseOverdue();
            if (closing) {
                refuseAll();
                return;
            }
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
        } catch (RuntimeException failure) {
            LOG.error("A group of messages could not be written; their senders send them again", failure);
            group.forEach(message -> refuse(message, "The router has failed"));
            group.clear();
            writer.disconnect();
        }
    }

    private void collect() throws InterruptedException {
        Message message = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        long bytes = 0;
        while (message != null) {
            int size = message.payload().length;
            queuedBytes.addAndGet(-size);
            bytes += size;
            group.add(message);
            message = group.size() < LARGEST_GROUP && bytes < LARGEST_GROUP_BYTES ? queue.poll() : null;
        }
    }

    private void refuseOverdue() {
        long now = System.nanoTime();
        group.removeIf(message -> {
            boolean overdue = now - message.taken() > LONGEST_WAIT_NANOS;
            if (overdue) {
                refuse(message, "Redis is away");
            }
            return overdue;
        });
        Message oldest = queue.peek();
        while (oldest != null && now - oldest.taken() > LONGEST_WAIT_NANOS) {
            Message overdue = queue.poll();
            if (overdue != null) {
                queuedBytes.addAndGet(-overdue.payload().length);
                refuse(overdue, "Redis is away");
            }
            oldest = queue.peek();
        }
    }

    private void refuseAll() {
        group.forEach(message -> refuse(message, "The router is stopping"));
        group.clear();
        for (Message message = queue.poll(); message != null; message = queue.poll()) {
            refuse(message, "The router is stopping");
        }
    }

    /** Writes what has been taken, if Redis is there, and refuses the rest. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(Duration.ofSeconds(6));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
