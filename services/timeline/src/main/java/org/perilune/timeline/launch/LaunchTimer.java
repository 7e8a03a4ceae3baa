package org.perilune.timeline.launch;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.launch.Launches.Result;
import org.perilune.timeline.store.EventIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the next event to be due and starts its launch, as long as this copy holds the lease. The thread waits for
 * changes of the index, and never for long: the clock may begin or cease to be steady. While it is not, nothing is launched
 * or missed.
 */
public final class LaunchTimer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaunchTimer.class);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(50);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int MOST_LAUNCHES = 64;
    private static final int MOST_REPEATS = 8;
    private static final Duration DRAIN = Duration.ofSeconds(4);

    private final EventIndex index;
    private final Launches launches;
    private final Lease lease;
    private final Supplier<Boolean> loaded;
    private final DatabaseClock clock;
    private final Semaphore launchPermits = new Semaphore(MOST_LAUNCHES);
    private final Semaphore repeatPermits = new Semaphore(MOST_REPEATS);
    private final Map<UUID, Boolean> underWay = new ConcurrentHashMap<>();
    private final Map<UUID, Repeat> repeats = new ConcurrentHashMap<>();
    private final WakeupSignal wakeup;
    private volatile boolean closing;
    private final Thread thread;

    /** @param sure whether no attempt can have been taken */
    private record Repeat(long atNanos, Duration pause, boolean sure) {}

    /**
     * @param wakeup is raised when the index has changed
     * @param loaded whether the index has all
     */
    public LaunchTimer(
            EventIndex index,
            Launches launches,
            Lease lease,
            Supplier<Boolean> loaded,
            WakeupSignal wakeup,
            DatabaseClock clock) {
        this.wakeup = wakeup;
        this.index = index;
        this.launches = launches;
        this.lease = lease;
        this.loaded = loaded;
        this.clock = clock;
        this.thread = Threads.startPlatform("timeline-timer", this::run);
    }

    private void run() {
        try {
            while (!closing) {
                Duration wait = LONGEST_WAIT;
                if (lease.isHeld() && loaded.get() && clock.isSteady()) {
                    repeatClaimed();
                    wait = launchDue();
                }
                wakeup.await(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long until the next one. */
    private Duration launchDue() {
        for (Entry entry : index.planned()) {
            Duration left = Duration.between(clock.instant(), Instant.ofEpochMilli(entry.timeMillis()));
            if (left.isPositive()) {
                return left;
            }
            if (!underWay.containsKey(entry.id()) && !begin(entry, launchPermits, null)) {
                return LONGEST_WAIT; // whoever gives a permit back wakes us
            }
        }
        return LONGEST_WAIT;
    }

    private void repeatClaimed() {
        if (index.dispatching().isEmpty() && repeats.isEmpty()) {
            return;
        }
        for (Entry entry : index.dispatching()) {
            Repeat repeat = repeats.get(entry.id());
            boolean isTime = repeat == null || System.nanoTime() - repeat.atNanos() >= 0;
            if (isTime
                    && !underWay.containsKey(entry.id())
                    && !begin(entry, repeatPermits, repeat == null ? new Repeat(0, FIRST_PAUSE, false) : repeat)) {
                break;
            }
        }
        Iterator<UUID> known = repeats.keySet().iterator();
        while (known.hasNext()) {
            Entry entry = index.entry(known.next());
            if (entry == null || entry.state() != EventState.DISPATCHING) {
                known.remove();
            }
        }
    }

    private boolean begin(Entry entry, Semaphore permits, @Nullable Repeat repeat) {
        if (!permits.tryAcquire()) {
            return false;
        }
        underWay.put(entry.id(), true);
        Threads.start("timeline-launch", () -> {
            try {
                launch(entry, repeat);
            } finally {
                underWay.remove(entry.id());
                permits.release();
                wakeup.raise();
            }
        });
        return true;
    }

    private void launch(Entry entry, @Nullable Repeat repeat) {
        try {
            Result result = repeat == null ? launches.due(entry) : launches.again(entry, repeat.sure());
            if (result != Result.DONE) {
                Duration pause = repeat == null ? FIRST_PAUSE : repeat.pause();
                repeats.put(entry.id(), after(pause, entry, result == Result.NOT_TAKEN));
            }
        } catch (ServiceException.Unavailable away) {
            LOG.info("A launch waits: {} [event: {}]", away.getMessage(), entry.id());
            pause();
        } catch (RuntimeException failure) {
            LOG.error("A launch failed; it is tried again [event: {}]", entry.id(), failure);
            pause();
        }
    }

    private static Repeat after(Duration pause, Entry entry, boolean sure) {
        Duration longest = entry.runOnce() ? LONGEST_PAUSE : FIRST_PAUSE.multipliedBy(5);
        Duration next = pause.multipliedBy(2).compareTo(longest) > 0 ? longest : pause.multipliedBy(2);
        return new Repeat(System.nanoTime() + pause.toNanos(), next, sure);
    }

    /** On the launch's own thread: what cannot be written now is not tried again at once. */
    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins no more launches, and gives those under way some time. */
    @Override
    public void close() {
        closing = true;
        wakeup.raise();
        Threads.stop(thread, Duration.ofSeconds(1));
        try {
            if (!launchPermits.tryAcquire(MOST_LAUNCHES, DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("Launches under way are left to another copy");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
