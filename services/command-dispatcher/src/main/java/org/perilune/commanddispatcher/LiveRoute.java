package org.perilune.commanddispatcher;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.perilune.chassis.HttpListener;
import org.perilune.chassis.Requests;

/** {@code GET /stream}: server-sent events, written on the request's own virtual thread until one side ends it. */
final class LiveRoute {
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final byte[] BEGIN = ": follow\nretry: 1000\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] BEAT = ": beat\n\n".getBytes(StandardCharsets.UTF_8);

    private final LiveCommands live;
    private final Clock clock;

    LiveRoute(LiveCommands live, Clock clock) {
        this.live = live;
        this.clock = clock;
    }

    void handle(Context context) {
        Requests.onlyParameters(context, Set.of("device"));
        Instant expires = HttpListener.principal(context).expires();
        CommandFollower follower = live.follow(Set.copyOf(context.queryParams("device")));
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

    private void tell(ServletOutputStream out, CommandFollower follower, Instant expires)
            throws IOException, InterruptedException {
        write(out, BEGIN);
        while (true) {
            Duration left = Duration.between(clock.instant(), expires);
            if (left.isNegative() || left.isZero()) {
                return;
            }
            byte[] events = follower.next(left.compareTo(HEARTBEAT) < 0 ? left : HEARTBEAT)
                    .orElse(BEAT);
            if (follower.hasEnded()) {
                return;
            }
            write(out, events);
        }
    }

    private static void write(ServletOutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }
}
