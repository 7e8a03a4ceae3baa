package org.perilune.console.live;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.Requests;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;
import org.perilune.console.session.SessionCookie;
import org.perilune.console.session.Sessions;
import org.perilune.contracts.Topics;

/**
 * Copies the streams of services to browsers. A browser gets all that its pages follow as one stream, because it opens
 * no more than six connections to a host, whatever number of pages it shows. Safe for threads.
 */
public final class LiveStreams implements AutoCloseable {
    private static final int MOST = 500;
    /** What is looked at is known here already. */
    private static final Duration WATCH_EVERY = Duration.ofMillis(500);

    private final Map<String, ServiceClient> upstreams;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final Set<LiveStream> followers = ConcurrentHashMap.newKeySet();
    private final Thread watch;
    private volatile boolean closed;

    /** @param upstreams by the name that pages know them by */
    public LiveStreams(Map<String, ServiceClient> upstreams, Sessions sessions, SessionCookie cookie) {
        this.upstreams = Map.copyOf(upstreams);
        this.sessions = sessions;
        this.cookie = cookie;
        this.watch = Threads.start("console-sessions-watch", this::watchSessions);
    }

    public void addTo(JavalinConfig config) {
        config.routes.get("/live", this::serve, Access.VIEWER);
    }

    /** Whoever logs out sees nothing more, in no tab. */
    public void end(String session) {
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
        Map<String, String> paths = paths(context.queryParams("source"));
        if (followers.size() >= MOST) {
            throw new ServiceException.Unavailable("Too many pages are open", null);
        }
        Requests.lasts(context);
        var response = context.res();
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("utf-8");
        response.setHeader("X-Accel-Buffering", "no");
        var stream = new LiveStream(cookie.required(context), sessions, response.getOutputStream());
        followers.add(stream);
        try {
            if (closed) {
                return;
            }
            paths.forEach((source, path) -> stream.follow(source, Objects.requireNonNull(upstreams.get(source)), path));
            stream.awaitEnd();
        } finally {
            followers.remove(stream);
            stream.end();
            stream.awaitReaders();
        }
    }

    /**
     * By source, the path of its stream.
     *
     * @param wanted sources, each whole or of one device: {@code commands}, {@code telemetry/probe-1}
     */
    private Map<String, String> paths(List<String> wanted) {
        var devices = new TreeMap<String, Set<String>>();
        var whole = new HashSet<String>();
        for (String one : wanted.isEmpty() ? List.of("telemetry") : wanted) {
            int slash = one.indexOf('/');
            String source = slash < 0 ? one : one.substring(0, slash);
            if (!upstreams.containsKey(source)) {
                throw Requests.malformed("source", "must be one of " + new TreeSet<>(upstreams.keySet()));
            }
            Set<String> named = devices.computeIfAbsent(source, ignored -> new TreeSet<>());
            if (slash < 0) {
                whole.add(source);
            } else if (Topics.DEVICE_NAME.matcher(one.substring(slash + 1)).matches()) {
                named.add(one.substring(slash + 1));
            } else {
                throw Requests.malformed("source", "must name a device behind the slash");
            }
        }
        var paths = new TreeMap<String, String>();
        devices.forEach((source, named) -> paths.put(
                source,
                whole.contains(source)
                        ? "/stream"
                        : named.stream().collect(Collectors.joining("&device=", "/stream?device=", ""))));
        return paths;
    }

    private void watchSessions() {
        try {
            while (!closed) {
                Thread.sleep(WATCH_EVERY.toMillis());
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
            // crew is away: the services end their streams when they cannot tell for too long who may follow.
        }
    }
}
