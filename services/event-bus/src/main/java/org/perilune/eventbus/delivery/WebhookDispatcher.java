package org.perilune.eventbus.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a sender for each subscription that this copy has. A subscription is leased for some seconds at a time, so that
 * one copy delivers at a time and another goes on where one dies.
 */
public final class WebhookDispatcher implements AutoCloseable {
    /** With the two seconds after which others look, a subscription is somebody else's within ten. */
    private static final Duration LEASE = Duration.ofSeconds(7);

    /** After that a try begins no more, and one under way is broken off: by our monotonic clock, before the lease ends. */
    private static final Duration MAY_TRY = LEASE.minusSeconds(1);

    private static final int MOST_LOOKED_AT = 10_000;
    private static final Duration RENEW = Duration.ofSeconds(2);
    private static final Duration STOP = Duration.ofSeconds(3);
    private static final Logger LOG = LoggerFactory.getLogger(WebhookDispatcher.class);

    private final WebhookSender.Tools tools;
    private final WakeupSignal wakeup = new WakeupSignal();
    private final Map<UUID, WebhookSender> senders = new HashMap<>();
    private final Thread renewing;
    private final Thread waking;

    private WebhookDispatcher(WebhookSender.Tools tools) {
        this.tools = tools;
        this.renewing = Threads.start("webhooks", this::run);
        this.waking = Threads.start("webhooks-news", this::tellNews);
    }

    public static WebhookDispatcher start(WebhookSender.Tools tools) {
        return new WebhookDispatcher(tools);
    }

    /** Something may have to be delivered that is not new in the log, or somebody new is there. */
    public void wake() {
        wakeup.raise();
        wakeAll();
    }

    private synchronized void wakeAll() {
        senders.values().forEach(WebhookSender::wake);
    }

    /** Wakes those only whom the news are for: with many senders and events all others would ask in vain. */
    private void tellNews() {
        try {
            WakeupSignal news = tools.watch().news();
            long told = tools.watch().end();
            while (!news.isClosed()) {
                long heard = news.count();
                long end = tools.watch().end();
                if (end > told) {
                    wakeFor(told, end);
                    told = end;
                }
                news.await(heard, LEASE);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void wakeFor(long after, long end) {
        if (end - after > MOST_LOOKED_AT) {
            wakeAll();
            return;
        }
        try {
            Set<String> types = tools.log().types(after, end);
            all().stream().filter(sender -> sender.wants(types)).forEach(WebhookSender::wake);
        } catch (RuntimeException away) {
            LOG.debug("Webhooks look for news by themselves in a while", away);
        }
    }

    private void run() {
        try {
            while (!wakeup.isClosed()) {
                long heard = wakeup.count();
                long began = System.nanoTime();
                try {
                    Set<UUID> ours = tools.store().lease(LEASE);
                    assign(ours, began + MAY_TRY.toNanos());
                } catch (RuntimeException failure) {
                    LOG.debug("Subscriptions wait for the database", failure);
                }
                all().forEach(WebhookSender::breakOffOverdue);
                wakeup.await(heard, RENEW);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void assign(Set<UUID> ours, long mayTryUntilNanos) {
        if (wakeup.isClosed()) {
            return;
        }
        senders.values().removeIf(sender -> !sender.isAlive());
        for (UUID id : ours) {
            WebhookSender there = senders.get(id);
            if (there != null) {
                there.renew(mayTryUntilNanos);
                continue;
            }
            senders.put(id, WebhookSender.start(id, tools, mayTryUntilNanos));
        }
    }

    private synchronized List<WebhookSender> all() {
        return List.copyOf(senders.values());
    }

    /** Finishes what is under way, for a moment; what is broken off is delivered again, by whoever is there. */
    @Override
    public void close() {
        wakeup.close();
        List<WebhookSender> stopping = all();
        stopping.forEach(WebhookSender::stop);
        try {
            long end = System.nanoTime() + STOP.toNanos();
            for (WebhookSender sender : stopping) {
                sender.awaitStopped(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
            waking.interrupt();
            renewing.join(STOP);
            tools.store().release();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException away) {
            LOG.info("Subscriptions could not be released; other copies take them when their leases end", away);
        }
    }
}
