package org.perilune.eventbus.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.eventbus.callback.CallbackClient;
import org.perilune.eventbus.callback.CallbackPolicy;
import org.perilune.eventbus.callback.Signature;
import org.perilune.eventbus.delivery.DeliveryStore.Delivery;
import org.perilune.eventbus.delivery.DeliveryStore.Target;
import org.perilune.eventbus.log.EventLog;
import org.perilune.eventbus.log.LogWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers to one subscription, for as long as this copy has it. What the other side does holds up nobody else. */
public final class WebhookSender {
    /** Few, since each may be large and there are many senders. */
    private static final int PAGE = 8;

    /** Other copies may have been told to deliver something again. */
    private static final Duration LOOK = Duration.ofSeconds(3);

    private static final Duration TROUBLE = Duration.ofSeconds(1);
    /** Skipping others' events is worth a write only so often. */
    private static final int SKIP = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);

    private final UUID id;
    private final Tools tools;
    private final Queue<EventLog.Entry> page = new ArrayDeque<>();
    private final WakeupSignal wakeup = new WakeupSignal();
    private final Thread thread;
    private volatile long mayTryUntilNanos;
    /** Everything up to there was looked through. */
    private long scanned;

    private volatile Set<String> types = Set.of();

    /** What all senders share. */
    public record Tools(
            DeliveryStore store,
            EventLog log,
            LogWatch watch,
            CallbackClient client,
            CallbackPolicy policy,
            MeterRegistry meters,
            Clock clock) {
        void count(String outcome) {
            meters.counter("callbacks.tries", "outcome", outcome).increment();
        }
    }

    private WebhookSender(UUID id, Tools tools, long mayTryUntilNanos) {
        this.id = id;
        this.tools = tools;
        this.mayTryUntilNanos = mayTryUntilNanos;
        this.thread = Threads.start("webhook-" + id, this::run);
    }

    static WebhookSender start(UUID id, Tools tools, long mayTryUntilNanos) {
        return new WebhookSender(id, tools, mayTryUntilNanos);
    }

    /** The subscription is ours for longer. */
    void renew(long nanos) {
        mayTryUntilNanos = nanos;
    }

    /** Whether something of these types may be for it. */
    boolean wants(Set<String> found) {
        Set<String> known = types;
        return known.isEmpty() || !Collections.disjoint(known, found);
    }

    void wake() {
        wakeup.raise();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Begins nothing more. */
    void stop() {
        wakeup.close();
    }

    /** Ends where nobody renewed it: what it is about is another copy's. It is started again where it is ours. */
    void breakOffOverdue() {
        if (mayTryUntilNanos - System.nanoTime() <= 0) {
            thread.interrupt();
        }
    }

    /** Waits for the try under way, and breaks it off where it takes longer. */
    void awaitStopped(Duration timeout) throws InterruptedException {
        if (!thread.join(timeout)) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (!wakeup.isClosed()) {
                if (!turn()) {
                    return;
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false where the subscription is no longer ours */
    private boolean turn() throws InterruptedException {
        try {
            long heard = wakeup.count();
            long end = tools.watch().end();
            Optional<Target> found = tools.store().target(id);
            if (found.isEmpty()) {
                return false;
            }
            Target target = found.get();
            types = target.types();
            Instant now = tools.clock().instant();
            Optional<Delivery> again = tools.store().redelivery(id, now);
            if (again.isPresent()) {
                deliver(target, again.get());
                target = tools.store().target(id).orElse(target);
            }
            boolean due = !target.retryAt().isAfter(now);
            Optional<Delivery> next = due ? next(target, end) : Optional.empty();
            if (next.isPresent()) {
                deliver(target, next.get());
                return true;
            }
            if (again.isEmpty()) {
                Duration pause = due ? LOOK : Duration.between(now, target.retryAt());
                wakeup.await(heard, pause.compareTo(LOOK) < 0 ? pause : LOOK);
            }
            return true;
        } catch (RuntimeException failure) {
            // Such as the database being away. Nothing was lost: what was not noted down is delivered again.
            LOG.warn("A subscription has to wait [id: {}]", id, failure);
            page.clear();
            wakeup.await(wakeup.count(), TROUBLE);
            return true;
        }
    }

    private Optional<Delivery> next(Target target, long end) {
        page.removeIf(entry -> entry.position() <= target.position());
        long from = Math.max(target.position(), scanned);
        if (page.isEmpty() && end > from) {
            page.addAll(tools.log().after(from, target.types(), PAGE));
            if (page.isEmpty()) {
                scanned = end;
            }
        }
        if (page.isEmpty() && scanned - target.position() > SKIP) {
            tools.store().skip(id, target.position(), scanned);
        }
        return Optional.ofNullable(page.peek()).map(entry -> Delivery.ofLog(target, entry));
    }

    private void deliver(Target target, Delivery delivery) throws InterruptedException {
        if (mayTryUntilNanos - System.nanoTime() <= 0) {
            // Nobody renewed it: another copy may be about to take it.
            wakeup.await(wakeup.count(), TROUBLE);
            return;
        }
        var headers = Map.of(
                "Perilune-Delivery",
                delivery.name(),
                "Perilune-Signature",
                Signature.of(delivery.body(), target.secret(), tools.clock().instant()));
        CallbackClient.Outcome outcome = tools.client().send(target.url(), headers, delivery.body());
        if (outcome.taken()) {
            tools.count("taken");
            tools.store().taken(id, delivery, outcome.status());
            return;
        }
        if (outcome.gone()) {
            tools.count("gone");
            LOG.info("A subscriber answered 410, which ends its subscription [id: {}]", id);
            tools.store().end(id);
            return;
        }
        int tries = delivery.tries() + 1;
        if (tries < tools.policy().tries()) {
            tools.count("failed");
            Instant retryAt = tools.clock().instant().plus(tools.policy().pauseAfter(tries));
            tools.store().failed(id, delivery, outcome, retryAt);
            return;
        }
        tools.count("given_up");
        LOG.warn(
                "An event could not be delivered and is a dead letter [subscription: {}, delivery: {}, error: {}]",
                id,
                delivery.name(),
                outcome.error());
        tools.store().givenUp(id, delivery, outcome, Ids.next(tools.clock()));
    }
}
