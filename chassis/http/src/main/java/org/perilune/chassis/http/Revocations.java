package org.perilune.chassis.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Loop;
import org.perilune.chassis.runtime.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which sessions have ended though tokens made from them may not have expired. One request waits at crew at any time
 * and is answered as soon as a session ends, or after a second and a half, so that its silence is noticed. When crew has
 * not told for longer than is allowed, no session counts. Asks nothing before the first token of a session is seen: what
 * no person uses needs no crew. Safe for threads.
 */
public final class Revocations implements AutoCloseable {
    /** Longer than crew keeps a request waiting. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static final Duration RETRY = Duration.ofMillis(500);
    /** Crew is not asked without a pause, however quickly it answers. */
    private static final Duration SOONEST = Duration.ofMillis(100);
    /** For the first attempt, which the first request of a person waits for. */
    private static final long FIRST_ATTEMPT_MILLIS = 3_000;

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    private final ServiceClient crew;
    private final String path;
    private final Duration maxAge;
    private final Map<Watch, String> watches = new ConcurrentHashMap<>();
    private final AtomicBoolean following = new AtomicBoolean();
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile @Nullable Loop loop;
    private volatile @Nullable Known known;
    private volatile boolean stale;

    /** @param told by {@link System#nanoTime}, when crew said that these are all */
    private record Known(String version, Set<String> sessions, long told) {}

    /** @param sessions absent where nothing has changed */
    private record Answer(String version, @Nullable List<String> sessions) {}

    /** What is to be done when a session ends, until it is closed. */
    public final class Watch implements AutoCloseable {
        private final Runnable action;

        private Watch(Runnable action) {
            this.action = action;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    private Revocations(ServiceClient crew, String path, Duration maxAge) {
        this.crew = crew;
        this.path = path;
        this.maxAge = maxAge;
    }

    public static Revocations open(TokenConfig config, MeterRegistry meters) {
        URI address = config.revocations();
        var revocations = new Revocations(
                ServiceClient.open("crew", address, TIMEOUT, config.tls()),
                address.getPath(),
                config.revocationsMaxAge());
        Gauge.builder("tokens.revocations.age", revocations, Revocations::ageSeconds)
                .description("Since crew last told which sessions have ended; not a number before the first time")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder("tokens.revocations", revocations, one -> one.count())
                .description("Sessions that have ended though their tokens may not have expired")
                .register(meters);
        return revocations;
    }

    /**
     * Whether a session has ended.
     *
     * @throws ServiceException.Unavailable if crew has not told for too long
     */
    public boolean has(String session) {
        Known current = current();
        if (current == null || isOld(current)) {
            throw new ServiceException.Unavailable(
                    "Whether your session still counts cannot be checked: crew has not told for %d s which have ended."
                                    .formatted(maxAge.toSeconds())
                            + " Telemetry is still recorded, and what is planned still runs. Try again in a moment",
                    null);
        }
        return current.sessions().contains(session);
    }

    /** Calls the action, once or more, on any thread, when the session ends or nobody can tell; at once if it has. */
    public Watch watch(String session, Runnable action) {
        var watch = new Watch(action);
        watches.put(watch, session);
        Known current = current();
        if (current == null || isOld(current) || current.sessions().contains(session)) {
            action.run();
        }
        return watch;
    }

    private @Nullable Known current() {
        if (following.compareAndSet(false, true)) {
            loop = Loop.start("revocations", this::askOnce);
        }
        try {
            if (known == null && !asked.await(FIRST_ATTEMPT_MILLIS, TimeUnit.MILLISECONDS)) {
                return null;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return known;
    }

    private Duration askOnce() {
        long began = System.nanoTime();
        boolean told;
        try {
            told = ask();
        } finally {
            asked.countDown();
        }
        if (!told) {
            endWhatIsOld();
            return RETRY;
        }
        return System.nanoTime() - began < SOONEST.toNanos() ? SOONEST : Duration.ZERO;
    }

    private boolean ask() {
        Known before = known;
        String query = before == null ? "" : "?known=" + URLEncoder.encode(before.version(), StandardCharsets.UTF_8);
        try {
            take(crew.get(path + query, Optional.empty(), Answer.class), before);
            return true;
        } catch (ServiceException away) {
            LOG.debug("Crew does not tell which sessions have ended [reason: {}]", away.getMessage());
            return false;
        }
    }

    private void take(Answer answer, @Nullable Known before) {
        List<String> told = answer.sessions();
        if (told == null && before == null) {
            throw new ServiceException.Unavailable("crew told no sessions", null);
        }
        Set<String> sessions = told == null ? Objects.requireNonNull(before).sessions() : Set.copyOf(told);
        known = new Known(answer.version(), sessions, System.nanoTime());
        if (stale) {
            stale = false;
            LOG.info("Crew tells again which sessions have ended; people's tokens count again");
        }
        if (told != null) {
            end(sessions::contains);
        }
    }

    private void endWhatIsOld() {
        Known last = known;
        if (last == null || isOld(last)) {
            if (!stale) {
                stale = true;
                LOG.warn(
                        "Crew has not told for {} s which sessions have ended: people's tokens do not count until it"
                                + " does; tokens of programs and services do",
                        maxAge.toSeconds());
            }
            end(session -> true);
        }
    }

    private void end(Predicate<String> sessions) {
        watches.forEach((watch, session) -> {
            if (sessions.test(session)) {
                watch.action.run();
            }
        });
    }

    private boolean isOld(Known last) {
        return System.nanoTime() - last.told() > maxAge.toNanos();
    }

    private double ageSeconds() {
        Known last = known;
        return last == null ? Double.NaN : (System.nanoTime() - last.told()) / 1e9;
    }

    private int count() {
        Known last = known;
        return last == null ? 0 : last.sessions().size();
    }

    @Override
    public void close() {
        Loop running = loop;
        if (running != null) {
            running.expectEnd();
        }
        crew.close(); // ends the request that waits
        if (running != null) {
            running.close();
        }
    }
}
