package org.perilune.chassis.messaging;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What the broker delivered and nobody acknowledged yet; its prefetch bounds how many. Only {@link #add} is safe for
 * threads, the rest is for the one that handles them.
 */
final class InFlightDeliveries {
    private static final int BATCH = 256;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LOOK_WHILE_SOME_WAIT = Duration.ofMillis(10);

    private final BlockingQueue<Delivery> fresh = new LinkedBlockingQueue<>();
    private final PriorityQueue<InFlightDelivery> again =
            new PriorityQueue<>(Comparator.comparingLong(InFlightDelivery::dueNanos));
    /** Tags of what was given out and is not settled. */
    private final TreeSet<Long> open = new TreeSet<>();

    /**
     * One delivery.
     *
     * @param tries how often it failed
     * @param timeouts how often it took longer than it may
     */
    record InFlightDelivery(Delivery delivery, int tries, int timeouts, long dueNanos) {
        long tag() {
            return delivery.getEnvelope().getDeliveryTag();
        }

        private boolean isDue() {
            return dueNanos - System.nanoTime() <= 0;
        }
    }

    /** Three times as long each time. */
    static Duration pauseAfter(Duration first, int times, Duration longest) {
        Duration pause = first.multipliedBy((long) Math.pow(3, Math.min(times, 8)));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    void add(Delivery delivery) {
        fresh.add(delivery);
    }

    /** It failed once more. */
    void tryAgain(InFlightDelivery failed, Duration pause) {
        again.add(new InFlightDelivery(
                failed.delivery(), failed.tries() + 1, failed.timeouts(), System.nanoTime() + pause.toNanos()));
    }

    /** It could not be tried to the end. */
    void tookTooLong(InFlightDelivery unfinished, Duration pause) {
        again.add(new InFlightDelivery(
                unfinished.delivery(),
                unfinished.tries(),
                unfinished.timeouts() + 1,
                System.nanoTime() + pause.toNanos()));
    }

    /** It is for what handles it to say when it can be handled; nothing counts against it. */
    void later(InFlightDelivery attempt, Duration pause) {
        again.add(new InFlightDelivery(
                attempt.delivery(), attempt.tries(), attempt.timeouts(), System.nanoTime() + pause.toNanos()));
    }

    /** The broker was told that it is done with. */
    void settle(InFlightDelivery done) {
        open.remove(done.tag());
    }

    /** Tells the broker that it is done with. */
    void acknowledge(Channel channel, InFlightDelivery done) throws IOException {
        channel.basicAck(done.tag(), false);
        settle(done);
    }

    /** The same of several: where nothing older is in hand, one word does for them all, and one write to the disk. */
    void acknowledge(Channel channel, List<InFlightDelivery> batch) throws IOException {
        if (!isAllUpTo(batch)) {
            for (InFlightDelivery done : batch) {
                acknowledge(channel, done);
            }
            return;
        }
        long last = batch.stream().mapToLong(InFlightDelivery::tag).max().orElseThrow();
        channel.basicAck(last, true);
        batch.forEach(this::settle);
    }

    /** Whether everything that was delivered up to the newest of these is either settled or among them. */
    boolean isAllUpTo(List<InFlightDelivery> batch) {
        long newest = batch.stream().mapToLong(InFlightDelivery::tag).max().orElseThrow();
        return open.headSet(newest, true).size() == batch.size();
    }

    /**
     * What is to be tried again now: apart from the others, which it would make fail too. One at most of those that took
     * too long, and nothing after it: it may take as long again, and fresh ones must not wait for several.
     */
    List<InFlightDelivery> due() {
        var due = new ArrayList<InFlightDelivery>();
        boolean isLong = false;
        while (!isLong && !again.isEmpty() && again.peek().isDue() && due.size() < BATCH) {
            InFlightDelivery next = again.remove();
            isLong = next.timeouts() > 0;
            due.add(next);
        }
        return due;
    }

    /** What was delivered since; waits for the first some milliseconds, then gives none. */
    List<InFlightDelivery> fresh() throws InterruptedException {
        Duration pause = again.isEmpty() ? LOOK : LOOK_WHILE_SOME_WAIT;
        Delivery first = fresh.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
        if (first == null) {
            return List.of();
        }
        var deliveries = new ArrayList<Delivery>();
        deliveries.add(first);
        fresh.drainTo(deliveries, BATCH - 1);
        List<InFlightDelivery> attempts = deliveries.stream()
                .map(delivery -> new InFlightDelivery(delivery, 0, 0, 0))
                .toList();
        attempts.forEach(attempt -> open.add(attempt.tag()));
        return attempts;
    }
}
