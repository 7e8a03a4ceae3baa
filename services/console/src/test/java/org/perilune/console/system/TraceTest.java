package org.perilune.console.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.json.Json;

class TraceTest {
    private static JsonNode span(
            String trace, String id, @Nullable String parent, String service, long began, long duration) {
        var span = Json.mapper().createObjectNode();
        span.put("trace_id", trace).put("span_id", id).put("parent_id", parent).put("service", service);
        span.put("name", "step " + id).put("began_us", began).put("duration_us", duration);
        span.put("failed", id.equals("c"));
        span.putObject("attributes").put("http.route", "/things");
        return span;
    }

    @Test
    void putsEachStepBelowTheOneThatLedToIt() {
        List<Trace> traces = Trace.of(List.of(
                span("1", "c", "b", "posts", 1_300, 100),
                span("1", "d", "a", "query", 1_200, 2_800),
                span("1", "a", null, "console", 1_000, 1_000),
                span("1", "b", "a", "console", 1_100, 500),
                span("2", "e", null, "crew", 5_000, 1)));
        assertThat(traces).extracting(Trace::id).containsExactly("2", "1");
        Trace trace = traces.getLast();
        assertThat(trace.steps())
                .extracting(step -> step.name() + " " + step.depth())
                .containsExactly("step a 0", "step b 1", "step c 2", "step d 1");
        assertThat(trace.durationMicros()).isEqualTo(3_000);
        assertThat(trace.services()).containsExactly("console", "posts", "query");
        assertThat(trace.failed()).isTrue();
        assertThat(trace.left(trace.steps().getLast())).isEqualTo("6.67%");
        assertThat(trace.width(trace.steps().getLast())).isEqualTo("93.33%");
        assertThat(trace.has("/things")).isTrue();
        assertThat(trace.has("crew")).isFalse();
    }

    @Test
    void showsStepsWhoseBeginningIsNotKept() {
        List<Trace> traces =
                Trace.of(List.of(span("1", "b", "a", "posts", 10, 5), span("1", "c", "a", "query", 11, 5)));
        assertThat(traces.getFirst().steps()).extracting(Trace.Step::depth).containsExactly(0, 0);
    }

    @Test
    void endsWhereSpansMakeACircle() {
        var first = span("1", "a", "a", "posts", 10, 5);
        assertThat(Trace.of(List.of(first, span("1", "b", null, "posts", 9, 9)))
                        .getFirst()
                        .steps())
                .hasSize(1);
    }
}
