package org.perilune.timeline.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the index up to date: reads all events once, then what other copies note in the log. Reads all again where the
 * log has a hole, since then a copy ended between a change and its note. One thread.
 */
public final class ChangeFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeFollower.class);
    private static final Duration INTERVAL = Duration.ofMillis(150);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int NUMBERS_AT_ONCE = 500;
    private static final int MOST_EVENTS_AT_ONCE = 500;

    private final EventStore store;
    private final ChangeLog log;
    private final EventIndex index;
    private final Timeline timeline;
    private final Followers followers;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<Long, Long> holes = new HashMap<>();
    private final Counter reloads;
    private final Thread thread;
    private volatile boolean loaded;
    private long last;

    private ChangeFollower(
            EventStore store,
            ChangeLog log,
            EventIndex index,
            Timeline timeline,
            Followers followers,
            MeterRegistry meters) {
        this.reloads = Counter.builder("timeline.reloads")
                .description("How often this copy has read the whole timeline anew")
                .register(meters);
        this.store = store;
        this.log = log;
        this.index = index;
        this.timeline = timeline;
        this.followers = followers;
        this.thread = Threads.startPlatform("timeline-changes", this::run);
    }

    public static ChangeFollower start(
            EventStore store,
            ChangeLog log,
            EventIndex index,
            Timeline timeline,
            Followers followers,
            MeterRegistry meters) {
        return new ChangeFollower(store, log, index, timeline, followers, meters);
    }

    /** Whether the index holds what MongoDB holds, give or take a moment. */
    public boolean isLoaded() {
        return loaded;
    }

    /** For readiness. */
    public Optional<String> problem() {
        return loaded ? Optional.empty() : Optional.of("The timeline has not been read from MongoDB yet");
    }

    private void run() {
        try {
            Duration pause = INTERVAL;
            do {
                pause = turn();
            } while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration turn() {
        try {
            if (!loaded) {
                load();
            }
            follow();
            return INTERVAL;
        } catch (ServiceException.Unavailable away) {
            LOG.info("Changes of other copies wait: {}", away.getMessage());
            // Whoever was about to note something was held up as well.
            holes.replaceAll((_, _) -> System.nanoTime());
            return RETRY;
        } catch (RuntimeException failure) {
            LOG.error("Changes of other copies could not be read; it is tried again", failure);
            return RETRY;
        }
    }

    private void load() {
        long began = System.nanoTime();
        store.prepare();
        long newest = log.newest();
        Set<UUID> before = index.ids();
        Set<UUID> seen = new HashSet<>();
        store.each(entry -> {
            seen.add(entry.id());
            index.put(entry);
        });
        before.removeAll(seen);
        before.forEach(index::remove);
        followers.endAll();
        last = newest;
        holes.clear();
        loaded = true;
        LOG.info(
                "The timeline has been read [events: {}, milliseconds: {}]",
                index.size(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void follow() {
        log.settle();
        long newest = log.newest();
        if (newest - last > ChangeLog.KEPT / 2) {
            LOG.info("So much changed that the timeline is read anew [changes: {}]", newest - last);
            reloads.increment();
            load();
            return;
        }
        while (last < newest || !holes.isEmpty()) {
            long upto = Math.min(newest, last + NUMBERS_AT_ONCE);
            var numbers = new ArrayList<>(holes.keySet());
            for (long number = last + 1; number <= upto; number++) {
                numbers.add(number);
                holes.put(number, System.nanoTime());
            }
            last = upto;
            Set<UUID> changed = new HashSet<>();
            for (ChangeLog.Noted noted : log.read(numbers)) {
                holes.remove(noted.number());
                if (!noted.own()) {
                    changed.addAll(noted.events());
                }
            }
            refresh(List.copyOf(changed));
            if (last >= newest) {
                break;
            }
        }
        long timeout = ChangeLog.TIMEOUT.toNanos();
        if (holes.values().stream().anyMatch(since -> System.nanoTime() - since > timeout)) {
            LOG.info("A copy ended while it changed the timeline, which is read anew");
            reloads.increment();
            load();
        }
    }

    private void refresh(List<UUID> changed) {
        for (int start = 0; start < changed.size(); start += MOST_EVENTS_AT_ONCE) {
            timeline.refresh(changed.subList(start, Math.min(changed.size(), start + MOST_EVENTS_AT_ONCE)));
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Threads.stop(thread, Duration.ofSeconds(3));
    }
}
