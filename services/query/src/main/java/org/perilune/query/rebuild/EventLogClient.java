package org.perilune.query.rebuild;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.perilune.chassis.http.ServiceClient;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tls.TlsConfig;

/** Reads event-bus' log. Safe for threads. */
public final class EventLogClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int PAGE = 5_000;
    /** So few that the largest events fit into one answer. */
    private static final int SMALL_PAGE = 50;

    private final ServiceClient bus;
    private final ServiceTokens tokens;

    public EventLogClient(URI eventBus, TlsConfig tls, ServiceTokens tokens) {
        this.bus = ServiceClient.open("event-bus", eventBus, TIMEOUT, tls);
        this.tokens = tokens;
    }

    /** @param next what to read after */
    record Page(List<CloudEvent> events, long next) {}

    /**
     * The events after a position, oldest first; none at the end of the log. Fewer than usual are not its end.
     *
     * @param small after a page could not be had: it may be too large
     * @throws ServiceException if event-bus does not answer, or refuses
     */
    Page after(long position, boolean small) {
        int limit = small ? SMALL_PAGE : PAGE;
        JsonNode answer = bus.get("/events?after=" + position + "&limit=" + limit, tokens.token(), JsonNode.class);
        var events = new ArrayList<CloudEvent>();
        for (JsonNode entry : answer.path("events")) {
            JsonNode event = entry.path("event");
            events.add(new CloudEvent(
                    event.path("id").asText(),
                    event.path("source").asText(),
                    event.path("type").asText(),
                    Instant.EPOCH, // nothing here asks for it
                    null,
                    event.get("data"),
                    postedBy(event)));
        }
        return new Page(events, answer.path("next").asLong(position));
    }

    private static Map<String, String> postedBy(JsonNode event) {
        JsonNode person = event.path(CloudEvent.POSTED_BY);
        return person.isTextual() ? Map.of(CloudEvent.POSTED_BY, person.textValue()) : Map.of();
    }

    /** The position of the newest event; 0 where that is not told. */
    long end() {
        try {
            return bus.get("/queues", tokens.token(), JsonNode.class)
                    .path("log_position")
                    .asLong();
        } catch (ServiceException untold) {
            return 0;
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
