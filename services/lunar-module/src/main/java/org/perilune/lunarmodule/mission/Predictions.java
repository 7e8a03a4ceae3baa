package org.perilune.lunarmodule.mission;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import org.perilune.lunarmodule.mission.Mission.Situation;
import org.perilune.lunarmodule.orbit.Body;
import org.perilune.lunarmodule.orbit.LunarOrbit;

/**
 * What the present orbit brings: all that is going on at {@code from} or begins before {@code until}, in real time.
 *
 * @param orbitVersion changes with every manoeuvre: what was predicted for another is void
 * @param until as far ahead as was asked for, or less far where that would be too many events
 */
public record Predictions(
        @JsonProperty("device") String device,
        @JsonProperty("orbit_version") int orbitVersion,
        @JsonProperty("from") Instant from,
        @JsonProperty("until") Instant until,
        @JsonProperty("events") List<Event> events) {
    static final String PASS = "pass";
    static final String LOSS_OF_SIGNAL = "loss-of-signal";
    static final String SHADOW = "shadow";

    private static final double SEARCH_REVOLUTIONS = 2.5;

    public Predictions {
        events = List.copyOf(events);
    }

    /** Cut off at the beginning by the manoeuvre that led to the orbit, at the end by the end of the search. */
    public record Event(
            @JsonProperty("kind") String kind,
            @JsonProperty("from") Instant from,
            @JsonProperty("until") Instant until) {}

    public static Predictions of(String device, Situation situation, Instant now, Duration ahead, int most) {
        var events = new ArrayList<Event>();
        Instant until = now.plus(ahead);
        for (Body body : Body.values()) {
            Instant complete = collect(situation, body, now, until, most + 1, events);
            until = complete.isBefore(until) ? complete : until;
        }
        events.sort(Comparator.comparing(Event::from).thenComparing(Event::kind));
        if (events.size() > most) {
            Instant cut = events.get(most).from();
            until = cut.isBefore(until) ? cut : until;
        }
        Instant end = until;
        events.removeIf(event -> !event.from().isBefore(end));
        return new Predictions(device, situation.state().trajectory().version(), now, end, events);
    }

    /** Returns up to when there are no others. */
    private static Instant collect(
            Situation situation, Body body, Instant now, Instant until, int most, List<Event> into) {
        LunarOrbit orbit = situation.orbit();
        double elapsed = situation.elapsed(now);
        double search = SEARCH_REVOLUTIONS * orbit.periodSeconds();
        double horizon = situation.elapsed(until) + search;
        // What is going on began before; its beginning must be the same whenever one asks.
        double begin = Math.max(orbit.elements().epochSeconds(), elapsed - search);
        boolean view = orbit.sees(body, begin);
        int found = 0;
        while (begin < situation.elapsed(until)) {
            OptionalDouble turn = orbit.turn(body, begin, !view, horizon);
            double end = turn.orElse(horizon);
            String kind = kind(body, view);
            if (end > elapsed && !kind.isEmpty()) {
                if (found == most) {
                    return instant(situation, begin);
                }
                found++;
                into.add(new Event(kind, instant(situation, begin), instant(situation, end)));
            }
            begin = end;
            view = !view;
        }
        return until;
    }

    private static String kind(Body body, boolean view) {
        return switch (body) {
            case EARTH -> view ? PASS : LOSS_OF_SIGNAL;
            case SUN -> view ? "" : SHADOW;
        };
    }

    private static Instant instant(Situation situation, double elapsed) {
        return situation.instantOf(elapsed).truncatedTo(ChronoUnit.MILLIS);
    }
}
