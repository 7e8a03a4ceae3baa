package org.perilune.chassis.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.SilenceWatch;

/**
 * Server-sent events, written on the request's own virtual thread until one side ends it, or the token or its session
 * does. See
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
public final class ServerSentEvents {
    /** Followers are told something at least so often, be it nothing. */
    static final Duration HEARTBEAT = SilenceWatch.HEARTBEAT;
    /** A write that takes longer had to wait for the follower to read: it is behind. */
    private static final long BLOCKED_NANOS = Duration.ofMillis(10).toNanos();

    private static final long QUICKEST_PACE_MILLIS = 5;
    private static final long SLOWEST_PACE_MILLIS = 200;
    private static final byte[] BEGIN = bytes(": follow\nretry: 1000\n\n");
    private static final byte[] BEAT = bytes(": beat\n\n");

    private ServerSentEvents() {}

    /** Where one follower's events come from. */
    public interface Source {
        /**
         * Whole events to write next; empty where there was nothing to tell for so long, or the stream has ended.
         *
         * @param behind whether what was written before is likely not to have been read yet
         */
        Optional<byte[]> next(Duration timeout, boolean behind) throws InterruptedException;

        boolean hasEnded();

        /** On any thread: {@link #next} returns at once, and nothing more is told. */
        void end();
    }

    /** One event of a type, with JSON as its data. */
    public static byte[] event(String type, byte[] json) {
        var out = new ByteArrayOutputStream(json.length + 32);
        out.writeBytes(bytes("event: " + type + "\ndata: "));
        out.writeBytes(json);
        out.writeBytes(bytes("\n\n"));
        return out.toByteArray();
    }

    /**
     * Returns when the follower went, the source ended, or the asking token expired or was revoked; the caller lets the
     * source go.
     */
    public static void serve(Context context, Source source, Clock clock) {
        Requests.lasts(context);
        Revocations.@Nullable Watch watch = TokenVerifier.whenRevoked(context, source::end);
        try {
            HttpServletResponse response = context.res();
            response.setStatus(200);
            response.setContentType("text/event-stream; charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no");
            tell(
                    response.getOutputStream(),
                    source,
                    clock,
                    HttpListener.principal(context).expires());
        } catch (IOException gone) {
            source.end(); // the follower went, which is how streams end
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        } finally {
            if (watch != null) {
                watch.close();
            }
        }
    }

    private static void tell(ServletOutputStream out, Source source, Clock clock, Instant expires)
            throws IOException, InterruptedException {
        write(out, BEGIN);
        long pace = 0;
        while (true) {
            Duration left = Duration.between(clock.instant(), expires);
            if (!left.isPositive()) {
                return;
            }
            Optional<byte[]> events = source.next(left.compareTo(HEARTBEAT) < 0 ? left : HEARTBEAT, pace > 0);
            if (source.hasEnded()) {
                return;
            }
            pace = pace(pace, write(out, events.orElse(BEAT)));
            if (pace > 0) {
                Thread.sleep(pace);
            }
        }
    }

    /**
     * Full buffers on the way are old news by the time they are read: write less than is read until they have drained.
     */
    private static long pace(long before, long tookNanos) {
        if (tookNanos > BLOCKED_NANOS) {
            return Math.clamp(2 * Math.max(before, tookNanos / 1_000_000), QUICKEST_PACE_MILLIS, SLOWEST_PACE_MILLIS);
        }
        return before <= QUICKEST_PACE_MILLIS ? 0 : before * 3 / 4;
    }

    private static long write(ServletOutputStream out, byte[] bytes) throws IOException {
        long began = System.nanoTime();
        out.write(bytes);
        out.flush();
        return System.nanoTime() - began;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
