package org.perilune.console;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.ServiceClient;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Threads;

/**
 * Copies telemetry's stream to browsers, byte by byte. Telemetry ends a stream when its token does; a new one is then
 * opened with a new token, and the browser notices nothing. Safe for threads.
 */
final class LiveStreams implements AutoCloseable {
    private static final int MOST = 500;
    private static final long RETRY_MILLIS = 1_000;

    private final ServiceClient telemetry;
    private final Sessions sessions;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final Thread watch;
    private volatile boolean closed;

    LiveStreams(ServiceClient telemetry, Sessions sessions) {
        this.telemetry = telemetry;
        this.sessions = sessions;
        this.watch = Threads.start("console-sessions-watch", this::watchSessions);
    }

    /** One browser. */
    private static final class Follower {
        private final String session;
        private final Thread thread = Thread.currentThread();
        private @Nullable InputStream upstream;
        private boolean ended;

        private Follower(String session) {
            this.session = session;
        }

        private synchronized boolean follow(@Nullable InputStream stream) {
            upstream = stream;
            return !ended;
        }

        private synchronized boolean isEnded() {
            return ended;
        }

        private synchronized void end(boolean interrupt) {
            if (ended) {
                return;
            }
            ended = true;
            if (interrupt) {
                thread.interrupt();
            }
            closeQuietly(upstream);
        }
    }

    /** Holds the request until the browser leaves, the session ends or the console stops. */
    void serve(Context context, String session, String query) throws IOException {
        if (closed || followers.size() >= MOST) {
            throw new ServiceException.Unavailable("Too many pages are open", null);
        }
        var response = context.res();
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("utf-8");
        response.setHeader("X-Accel-Buffering", "no");
        OutputStream out = response.getOutputStream();
        var follower = new Follower(session);
        followers.add(follower);
        try {
            while (!follower.isEnded() && !closed) {
                if (!copyOnce(follower, query, out)) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The browser left; that is how streams end.
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            followers.remove(follower);
            follower.end(false);
            // Jetty still has to finish the response on this thread.
            boolean ignored = Thread.interrupted();
        }
    }

    /** Whoever logs out sees nothing more, in no tab. */
    void end(String session) {
        followers.stream().filter(follower -> follower.session.equals(session)).forEach(follower -> follower.end(true));
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        followers.forEach(follower -> follower.end(true));
    }

    private boolean copyOnce(Follower follower, String query, OutputStream out)
            throws IOException, InterruptedException {
        InputStream stream;
        try {
            stream = telemetry.stream("/stream" + query, sessions.token(follower.session));
        } catch (ServiceException.Unauthenticated ended) {
            say(out, "ended");
            return false;
        } catch (ServiceException.Unavailable away) {
            say(out, "away");
            Thread.sleep(RETRY_MILLIS);
            return true;
        } catch (ServiceException refused) {
            say(out, "away");
            return false;
        }
        try {
            if (!follower.follow(stream)) {
                return false;
            }
            say(out, "live");
            copy(stream, out);
        } finally {
            follower.follow(null);
            closeQuietly(stream);
        }
        return true;
    }

    private static void copy(InputStream stream, OutputStream out) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        while (true) {
            int length;
            try {
                length = stream.read(buffer);
            } catch (IOException upstreamBroke) {
                length = -1;
            }
            if (length < 0) {
                return;
            }
            out.write(buffer, 0, length);
            out.flush();
        }
    }

    /** The empty line first ends an event that was cut off. */
    private static void say(OutputStream out, String event) throws IOException {
        out.write(("\n\nevent: " + event + "\ndata: {}\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void watchSessions() {
        try {
            while (!closed) {
                Thread.sleep(Sessions.FRESH.toMillis());
                followers.stream().map(follower -> follower.session).distinct().forEach(this::check);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(String session) {
        try {
            sessions.access(session);
        } catch (ServiceException.Unauthenticated over) {
            end(session);
        } catch (ServiceException away) {
            // crew is away: the stream goes on until telemetry ends it with its token.
        }
    }

    private static void closeQuietly(@Nullable InputStream stream) {
        try {
            if (stream != null) {
                stream.close();
            }
        } catch (IOException alreadyBroken) {
            // Nothing is left to close.
        }
    }
}
