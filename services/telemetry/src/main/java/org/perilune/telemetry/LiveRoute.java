package org.perilune.telemetry;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Requests;

/** {@code GET /stream}: server-sent events, written on the request's own virtual thread until one side ends it. */
final class LiveRoute {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    /** A write that takes longer had to wait for the follower to read: it is behind. */
    private static final long BLOCKED_NANOS = Duration.ofMillis(10).toNanos();

    private static final long QUICKEST_PACE_MILLIS = 5;
    private static final long SLOWEST_PACE_MILLIS = 200;
    private static final byte[] BEGIN = ": follow\nretry: 1000\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BEAT = ": beat\n\n".getBytes(StandardCharsets.UTF_8);

    private final LiveTail live;
    private final Clock clock;

    LiveRoute(LiveTail live, Clock clock) {
        this.live = live;
        this.clock = clock;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        Instant expires = HttpListener.principal(context).expires();
        Follower follower = live.follow(Set.copyOf(context.queryParams("device")));
        try {
            HttpServletResponse response = context.res();
            response.setStatus(200);
            response.setContentType("text/event-stream; charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            tell(response.getOutputStream(), follower, expires);
        } catch (IOException gone) {
            follower.end(); // the follower went, which is how streams end
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        } finally {
            live.leave(follower);
        }
    }

    private void tell(ServletOutputStream out, Follower follower, Instant expires)
            throws IOException, InterruptedException {
        write(out, BEGIN);
        long pace = 0;
        while (!follower.hasEnded() && clock.instant().isBefore(expires)) {
            Optional<byte[]> events = follower.next(HEARTBEAT, pace > 0);
            if (follower.hasEnded()) {
                return;
            }
            long took = write(out, events.orElse(BEAT));
            if (took > BLOCKED_NANOS) {
                // Full buffers on the way are old news by the time they are read: write less than is read until they
                // have drained.
                pace = Math.clamp(2 * Math.max(pace, took / 1_000_000), QUICKEST_PACE_MILLIS, SLOWEST_PACE_MILLIS);
            } else if (pace > 0) {
                pace = pace <= QUICKEST_PACE_MILLIS ? 0 : pace * 3 / 4;
            }
            if (pace > 0) {
                Thread.sleep(pace);
            }
        }
    }

    private static long write(ServletOutputStream out, byte[] bytes) throws IOException {
        long began = System.nanoTime();
        out.write(bytes);
        out.flush();
        return System.nanoTime() - began;
    }
}
