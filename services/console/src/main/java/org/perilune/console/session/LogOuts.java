package org.perilune.console.session;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Loop;
import org.perilune.chassis.runtime.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells crew who logged out, again and again while it is away. Until it knows, such a session is over here. Safe for
 * threads.
 */
public final class LogOuts implements AutoCloseable {
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** More people than log out while crew is away. */
    private static final int MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LogOuts.class);

    private final ServiceClient crew;
    private final Set<String> untold = ConcurrentHashMap.newKeySet();
    private final Loop loop;

    private LogOuts(ServiceClient crew) {
        this.crew = crew;
        this.loop = Loop.start("console-log-outs", this::tellAll);
    }

    public static LogOuts start(ServiceClient crew) {
        return new LogOuts(crew);
    }

    /** Whether it was ended here, and crew may not know yet. */
    boolean isOver(String session) {
        return untold.contains(session);
    }

    /** Returns when crew knows, or does not answer. */
    void end(String session) {
        if (untold.size() >= MOST) {
            LOG.warn("A log-out could not be kept for crew: {} wait for it already", MOST);
            return;
        }
        untold.add(session);
        if (!tell(session)) {
            LOG.warn("Crew could not be told of a log-out; the session is over here, and crew is told when it is back");
        }
    }

    /** One that fails is enough to know that crew is away. */
    private Duration tellAll() {
        for (String session : untold) {
            if (!tell(session)) {
                break;
            }
        }
        return RETRY;
    }

    private boolean tell(String session) {
        try {
            var answer = crew.exchange("POST", "/sessions/end", Json.bytes(Map.of("session", session)), Map.of());
            if (answer.status() / 100 == 5 || answer.status() == 429) {
                return false;
            }
            untold.remove(session);
            return true;
        } catch (ServiceException.Unavailable away) {
            return false;
        }
    }

    /** Once more for those that crew has not heard of. */
    @Override
    public void close() {
        loop.close();
        tellAll();
    }
}
