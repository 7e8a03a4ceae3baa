package org.perilune.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.post;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.perilune.chassis.runtime.Ids;

/** What both engines must find alike. */
public final class SearchSamples {
    private static final List<String> TEXTS = List.of(
            "SET_ATTITUDE was refused: battery.voltage fell to -5 V, and the pump will not start",
            "No coolant; the Höhe of the tank is 3.4 m, or so they say",
            "The pump leaks " + "again and ".repeat(40) + "and the valve sticks",
            "Ёлка near the ПОЛЮС");

    /** By what is asked: the texts that are found, by their places. */
    private static final Map<String, List<Integer>> FOUND = new LinkedHashMap<>();

    static {
        FOUND.put("attitude", List.of(0));
        FOUND.put("set_attitude", List.of(0));
        FOUND.put("SET ATTITUDE", List.of(0));
        FOUND.put("voltage", List.of(0));
        FOUND.put("battery.voltage", List.of(0));
        FOUND.put("-5", List.of(0));
        FOUND.put("pump -5", List.of(0));
        FOUND.put("will", List.of(0));
        FOUND.put("no", List.of(1));
        FOUND.put("hohe", List.of(1));
        FOUND.put("HÖHE", List.of(1));
        FOUND.put("3.4", List.of(1));
        FOUND.put("coolant or leaks", List.of());
        FOUND.put("or coolant", List.of(1));
        FOUND.put("pump", List.of(0, 2));
        FOUND.put("pump -leak", List.of(0));
        FOUND.put("pump -\"valve sticks\"", List.of(0));
        FOUND.put("\"pump leaking\"", List.of(2));
        FOUND.put("\"leaks pump\"", List.of());
        FOUND.put("-leaks", List.of());
        FOUND.put("-\"no coolant\"", List.of());
        FOUND.put("елка полюс", List.of(3));
    }

    private SearchSamples() {}

    @FunctionalInterface
    public interface Searching {
        JsonNode of(String words) throws Exception;
    }

    /** Returns the ids of the texts, in their order. */
    public static List<String> publish(QueryFixture fixture) throws Exception {
        var ids = new ArrayList<String>();
        for (String text : TEXTS) {
            UUID id = Ids.next(Clock.systemUTC());
            ids.add(id.toString());
            fixture.publish(created(post(id, 1, "alice", text)));
        }
        return ids;
    }

    public static void check(List<String> ids, Searching searching, String engine) throws Exception {
        for (Map.Entry<String, List<Integer>> one : FOUND.entrySet()) {
            JsonNode answer = searching.of(one.getKey());
            assertThat(answer.path("engine").asText()).isEqualTo(engine);
            assertThat(answer.path("results").findValuesAsText("id"))
                    .as(one.getKey())
                    .containsExactlyInAnyOrderElementsOf(
                            one.getValue().stream().map(ids::get).toList());
        }
        assertThat(snippet(searching, "attitude voltage"))
                .isEqualTo("SET_‹ATTITUDE› was refused: battery.‹voltage› fell to -5 V, and the pump will not start");
        assertThat(snippet(searching, "leaking sticks"))
                .startsWith("The pump ‹leaks› again and again")
                .contains(" … ")
                .endsWith("and the valve ‹sticks›");
    }

    private static String snippet(Searching searching, String words) throws Exception {
        return searching.of(words).path("results").path(0).path("snippet").asText();
    }
}
