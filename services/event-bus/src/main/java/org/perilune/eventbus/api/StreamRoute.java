package org.perilune.eventbus.api;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.http.ServerSentEvents;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.eventbus.log.EventLog;
import org.perilune.eventbus.log.EventQuery;
import org.perilune.eventbus.log.LogWatch;
import org.perilune.eventbus.log.RedactionPolicy;

/**
 * {@code GET /stream}: server-sent events out of the log. A follower reads it at its own pace: it misses nothing and
 * holds up nobody.
 */
public final class StreamRoute {
    private static final int MOST_FOLLOWERS = 64;

    private final EventLog log;
    private final LogWatch watch;
    private final Clock clock;
    private final Semaphore places = new Semaphore(MOST_FOLLOWERS);

    public StreamRoute(EventLog log, LogWatch watch, Clock clock) {
        this.log = log;
        this.watch = watch;
        this.clock = clock;
    }

    public void handle(Context context) {
        Requests.onlyParameters(context, Set.of("after", "type"));
        var follower = new LogFollower(
                log, watch.news(), EventQuery.types(context), RedactionPolicy.of(context), begin(context));
        if (!places.tryAcquire()) {
            throw new ServiceException.TooMany(
                    "There are " + MOST_FOLLOWERS + " followers already; try again later", Duration.ofSeconds(10));
        }
        try {
            ServerSentEvents.serve(context, follower, clock);
        } finally {
            places.release();
        }
    }

    /** After what the follower saw last, or from now on. */
    private long begin(Context context) {
        String seen = context.header("Last-Event-ID");
        if (seen != null) {
            return EventQuery.position("Last-Event-ID", seen);
        }
        return Requests.text(context, "after")
                .map(text -> EventQuery.position("after", text))
                .orElseGet(log::end);
    }

    /** Where one follower is in the log. */
    private static final class LogFollower implements ServerSentEvents.Source {
        private static final int PAGE = 200;

        private final EventLog log;
        private final WakeupSignal wakeup;
        private final Set<String> types;
        private final RedactionPolicy redaction;
        private long position;
        private volatile boolean ended;

        LogFollower(EventLog log, WakeupSignal wakeup, Set<String> types, RedactionPolicy redaction, long position) {
            this.log = log;
            this.wakeup = wakeup;
            this.types = types;
            this.redaction = redaction;
            this.position = position;
        }

        @Override
        public Optional<byte[]> next(Duration timeout, boolean behind) throws InterruptedException {
            long end = System.nanoTime() + timeout.toNanos();
            while (!hasEnded()) {
                long heard = wakeup.count();
                List<EventLog.Entry> found = log.after(position, types, PAGE);
                if (!found.isEmpty()) {
                    position = found.getLast().position();
                    return Optional.of(text(found));
                }
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                wakeup.await(heard, Duration.ofNanos(left));
            }
            return Optional.empty();
        }

        private byte[] text(List<EventLog.Entry> found) {
            var out = new ByteArrayOutputStream();
            for (EventLog.Entry entry : found) {
                out.writeBytes(bytes("id: " + entry.position() + "\n"));
                out.writeBytes(ServerSentEvents.event(entry.type(), bytes(redaction.shown(entry))));
            }
            return out.toByteArray();
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean hasEnded() {
            return ended || wakeup.isClosed();
        }

        @Override
        public void end() {
            ended = true;
        }
    }
}
