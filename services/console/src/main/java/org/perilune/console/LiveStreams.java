package org.perilune.console;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.perilune.chassis.Access;
import org.perilune.chassis.Requests;
import org.perilune.chassis.ServiceClient;
import org.perilune.chassis.ServiceException;
import org.perilune.chassis.Threads;

/**
 * Copies the streams of services to browsers. A page gets all that it follows as one stream, because a browser opens no
 * more than six connections to a host, whatever number of pages it shows. Safe for threads.
 */
final class LiveStreams implements AutoCloseable {
    private static final int MOST = 500;

    private final Map<String, ServiceClient> upstreams;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Set<LiveStream> followers = ConcurrentHashMap.newKeySet();
    private final Thread watch;
    private volatile boolean closed;

    /** @param upstreams by the name that pages know them by */
    LiveStreams(Map<String, ServiceClient> upstreams, Sessions sessions, SessionCookie cookie) {
        this.upstreams = Map.copyOf(upstreams);
        this.sessions = sessions;
        this.cookie = cookie;
        this.watch = Threads.start("console-sessions-watch", this::watchSessions);
    }

    void addTo(JavalinConfig config) {
        config.routes.get("/live", this::serve, Access.VIEWER);
    }

    /** Whoever logs out sees nothing more, in no tab. */
    void end(String session) {
        followers.stream().filter(follower -> follower.isOf(session)).forEach(LiveStream::end);
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        followers.forEach(LiveStream::end);
    }

    /** Holds the request until the browser leaves, the session ends or the console stops. */
    private void serve(Context context) throws java.io.IOException {
        List<String> sources = context.queryParams("source").stream().distinct().toList();
        if (sources.isEmpty()) {
            sources = List.of("telemetry");
        }
        if (!upstreams.keySet().containsAll(sources)) {
            throw Requests.malformed("source", "must be one of " + new java.util.TreeSet<>(upstreams.keySet()));
        }
        if (followers.size() >= MOST) {
            throw new ServiceException.Unavailable("Too many pages are open", null);
        }
        String query = context.queryParams("device").stream()
                .map(device -> "device=" + URLEncoder.encode(device, StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        String path = query.isEmpty() ? "/stream" : "/stream?" + query;
        var response = context.res();
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("utf-8");
        response.setHeader("X-Accel-Buffering", "no");
        var stream = new LiveStream(cookie.required(context), sessions, path, response.getOutputStream());
        followers.add(stream);
        try {
            if (closed) {
                return;
            }
            for (String source : sources) {
                stream.follow(source, java.util.Objects.requireNonNull(upstreams.get(source)));
            }
            stream.awaitEnd();
        } finally {
            followers.remove(stream);
            stream.end();
            stream.awaitReaders();
        }
    }

    private void watchSessions() {
        try {
            while (!closed) {
                Thread.sleep(Sessions.FRESH.toMillis());
                followers.stream().map(LiveStream::session).distinct().forEach(this::check);
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
            // crew is away: the stream goes on until the services end it with its token.
        }
    }
}
