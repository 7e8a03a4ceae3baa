package org.perilune.eventbus.log;

import java.time.Duration;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for news in the log, on behalf of everybody who follows it in this copy. Safe for threads. */
public final class LogWatch implements AutoCloseable {
    /** For events that other copies stored. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** A hint may come before the commit that it tells of. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private static final int LOOKS_AFTER_HINT = 5;
    private static final Logger LOG = LoggerFactory.getLogger(LogWatch.class);

    private final EventLog log;
    private final WakeupSignal hints = new WakeupSignal();
    private final WakeupSignal news = new WakeupSignal();
    private volatile long end;

    private LogWatch(EventLog log) {
        this.log = log;
    }

    public static LogWatch start(EventLog log) {
        var watch = new LogWatch(log);
        Threads.start("event-bus-log", watch::run);
        return watch;
    }

    /** There may be something new, now or in a moment. */
    public void hint() {
        hints.raise();
    }

    /** Rings after something new can be read. */
    public WakeupSignal news() {
        return news;
    }

    /** Of the last event that was seen; whoever reads now finds everything up to there. */
    public long end() {
        return end;
    }

    private void run() {
        try {
            int looks = 0;
            while (!hints.isClosed()) {
                long heard = hints.count();
                if (look()) {
                    looks = LOOKS_AFTER_HINT;
                }
                hints.await(heard, looks > 0 ? LOOK_AGAIN : LOOK);
                looks = hints.count() == heard ? Math.max(0, looks - 1) : LOOKS_AFTER_HINT;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean look() {
        try {
            long found = log.end();
            if (found == end) {
                return false;
            }
            end = found;
            news.raise();
            return true;
        } catch (RuntimeException away) {
            LOG.debug("The log cannot be read; looking again", away);
            return false;
        }
    }

    /** Ends what waits for news. */
    @Override
    public void close() {
        hints.close();
        news.close();
    }
}
