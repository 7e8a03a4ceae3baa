package org.perilune.eventbus;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceException;

/**
 * {@code GET /stream}: server-sent events out of the log, written on the request's own virtual thread until one side
 * ends it. A follower reads the log at its own pace: it misses nothing and holds up nobody.
 */
final class StreamRoute {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /** For events that other copies stored. */
    private static final Duration LOOK = Duration.ofMillis(250);

    private static final int PAGE = 200;
    private static final int MOST_FOLLOWERS = 64;
    private static final byte[] BEGIN = ": follow\nretry: 1000\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BEAT = ": beat\n\n".getBytes(StandardCharsets.UTF_8);

    private final EventLog log;
    private final Bell bell;
    private final Clock clock;
    private final Semaphore places = new Semaphore(MOST_FOLLOWERS);

    StreamRoute(EventLog log, Bell bell, Clock clock) {
        this.log = log;
        this.bell = bell;
        this.clock = clock;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("after", "type"));
        Set<String> types = EventQuery.types(context);
        long from = begin(context);
        Instant expires = HttpListener.principal(context).expires();
        if (!places.tryAcquire()) {
            throw new ServiceException.TooMany(
                    "There are " + MOST_FOLLOWERS + " followers already; try again later", Duration.ofSeconds(10));
        }
        try {
            HttpServletResponse response = context.res();
            response.setStatus(200);
            response.setContentType("text/event-stream; charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            tell(response.getOutputStream(), from, types, expires);
        } catch (IOException gone) {
            // The follower went, which is how streams end.
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
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

    private void tell(ServletOutputStream out, long from, Set<String> types, Instant expires)
            throws IOException, InterruptedException {
        write(out, BEGIN);
        long position = from;
        long written = System.nanoTime();
        while (!bell.isClosed() && clock.instant().isBefore(expires)) {
            long heard = bell.rings();
            List<EventLog.Entry> found = log.after(position, types, PAGE);
            if (!found.isEmpty()) {
                write(out, text(found).getBytes(StandardCharsets.UTF_8));
                position = found.getLast().position();
                written = System.nanoTime();
                continue;
            }
            if (System.nanoTime() - written > HEARTBEAT.toNanos()) {
                write(out, BEAT);
                written = System.nanoTime();
            }
            bell.await(heard, LOOK);
        }
    }

    private static String text(List<EventLog.Entry> found) {
        var text = new StringBuilder();
        for (EventLog.Entry entry : found) {
            text.append("id: ").append(entry.position());
            text.append("\nevent: ").append(entry.type());
            text.append("\ndata: ").append(entry.body()).append("\n\n");
        }
        return text.toString();
    }

    private static void write(ServletOutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }
}
