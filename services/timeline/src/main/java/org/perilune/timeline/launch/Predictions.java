package org.perilune.timeline.launch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Topics;
import org.perilune.timeline.event.Entry;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventIds;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;
import org.perilune.timeline.store.Change;
import org.perilune.timeline.store.EventDocument;
import org.perilune.timeline.store.EventIndex;
import org.perilune.timeline.store.EventStore;
import org.perilune.timeline.store.Timeline;

/**
 * Keeps what the lunar module foresees of its orbit on the timeline. What was foreseen of an orbit that it left, and has
 * not begun, goes; what has begun ends now. While the lunar module is away everything stays. One thread.
 */
public final class Predictions {
    private static final int MOST = 2_000;
    private static final int AT_ONCE = 500;
    private static final Duration FULL_EVERY = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(7);
    /** Computed anew each time, the same pass differs by so much at most. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private final ServiceClient lunarModule;
    private final ServiceTokens tokens;
    private final Timeline timeline;
    private final EventStore store;
    private final EventIndex index;
    private final Clock clock;
    private @Nullable String orbit;
    private long fullNanos;

    private record Foreseen(EventKind kind, Instant from, Instant until) {
        boolean overlaps(Event event) {
            Instant end = event.until() == null ? event.time() : event.until();
            return !from.isAfter(end) && !until.isBefore(event.time());
        }
    }

    private record Answer(String device, String orbit, Instant until, List<Foreseen> events) {}

    public Predictions(
            ServiceClient lunarModule,
            ServiceTokens tokens,
            Timeline timeline,
            EventStore store,
            EventIndex index,
            Clock clock) {
        this.lunarModule = lunarModule;
        this.tokens = tokens;
        this.timeline = timeline;
        this.store = store;
        this.index = index;
        this.clock = clock;
    }

    /** Asks for little, and for everything once a minute or when the orbit is another one. */
    public void turn() {
        boolean full = orbit == null || System.nanoTime() - fullNanos > FULL_EVERY.toNanos();
        if (!full && ask(1).orbit().equals(orbit)) {
            return;
        }
        Answer answer = ask(48);
        apply(answer);
        orbit = answer.orbit();
        fullNanos = System.nanoTime();
    }

    private Answer ask(int hours) {
        JsonNode answer = lunarModule.get("/predictions?hours=" + hours, tokens.token(), JsonNode.class);
        try {
            return read(answer);
        } catch (IllegalArgumentException | DateTimeParseException failure) {
            throw new ServiceException.Unavailable("lunar-module answered what is no prediction", failure);
        }
    }

    private static Answer read(JsonNode answer) {
        String device = answer.path("device").asText();
        JsonNode events = answer.path("events");
        if (!Topics.DEVICE_NAME.matcher(device).matches() || !events.isArray() || events.size() > MOST) {
            throw new IllegalArgumentException("A device, and up to " + MOST + " events");
        }
        var foreseen = new ArrayList<Foreseen>();
        for (JsonNode event : events) {
            EventKind kind = EventKind.ofWireName(event.path("kind").asText())
                    .filter(known -> known != EventKind.PLANNED)
                    .orElseThrow(() -> new IllegalArgumentException("No such kind"));
            Instant from = instant(event, "from");
            Instant until = instant(event, "until");
            if (until.isBefore(from) || Duration.between(from, until).compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("From after until, or too long");
            }
            foreseen.add(new Foreseen(kind, from, until));
        }
        return new Answer(device, answer.path("orbit_version").asText(), instant(answer, "until"), foreseen);
    }

    private static Instant instant(JsonNode node, String name) {
        return Instant.parse(node.path(name).asText()).truncatedTo(ChronoUnit.MILLIS);
    }

    private void apply(Answer answer) {
        Instant now = clock.instant();
        List<Event> known = new ArrayList<>(store.find(index.all().stream()
                .filter(entry -> entry.state() == EventState.PREDICTED
                        && answer.device().equals(entry.device())
                        && entry.endMillis() > now.toEpochMilli())
                .map(Entry::id)
                .toList()));
        var fresh = new ArrayList<Event>();
        for (Foreseen foreseen : answer.events()) {
            if (!foreseen.until().isAfter(now)) {
                continue;
            }
            Optional<Event> same = known.stream()
                    .filter(event -> event.kind() == foreseen.kind()
                            && answer.orbit().equals(event.orbit())
                            && foreseen.overlaps(event))
                    .findFirst();
            same.ifPresent(known::remove);
            same.ifPresentOrElse(
                    event -> adjust(event, foreseen, now), () -> fresh.add(prediction(answer, foreseen, now)));
        }
        for (int start = 0; start < fresh.size(); start += AT_ONCE) {
            timeline.create(List.copyOf(fresh.subList(start, Math.min(fresh.size(), start + AT_ONCE))));
        }
        withdraw(answer, known, now);
    }

    private void adjust(Event event, Foreseen foreseen, Instant now) {
        // Once it has begun, the beginning is what it was: the lunar module looks ahead only.
        Instant time = event.time().isAfter(now) ? foreseen.from() : event.time();
        Instant end = event.until() == null ? event.time() : event.until();
        if (near(time, event.time()) && near(foreseen.until(), end)) {
            return;
        }
        Change change = Change.at(now).time(time).set(EventDocument.UNTIL, EventDocument.time(foreseen.until()));
        timeline.change(event.id(), event.version(), change);
    }

    private static boolean near(Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(TOLERANCE) <= 0;
    }

    private void withdraw(Answer answer, List<Event> unconfirmed, Instant now) {
        var gone = new ArrayList<UUID>();
        for (Event event : unconfirmed) {
            if (event.time().isAfter(answer.until())) {
                continue; // beyond what was asked
            }
            if (event.time().isAfter(now)) {
                gone.add(event.id());
            } else if (!answer.orbit().equals(event.orbit())) {
                Change end = Change.at(now)
                        .set(EventDocument.UNTIL, EventDocument.time(now))
                        .detail("The orbit changed");
                timeline.change(event.id(), event.version(), end);
            }
        }
        timeline.remove(gone);
    }

    private static Event prediction(Answer answer, Foreseen foreseen, Instant now) {
        String name = switch (foreseen.kind()) {
            case PASS -> "Pass";
            case LOSS_OF_SIGNAL -> "Loss of signal";
            case SHADOW -> "In shadow";
            case PLANNED -> throw new IllegalArgumentException("Nobody foresees what is planned");
        };
        return new Event(
                EventIds.prediction(answer.device(), answer.orbit(), foreseen.kind(), foreseen.from()),
                name,
                foreseen.kind(),
                foreseen.from(),
                foreseen.until(),
                answer.device(),
                null,
                false,
                null,
                null,
                EventState.PREDICTED,
                null,
                null,
                answer.device(),
                now,
                answer.device(),
                now,
                1,
                0,
                null,
                answer.orbit());
    }
}
