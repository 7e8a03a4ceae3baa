package org.perilune.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the parts together come to. */
class BoardTest {
    private static final List<Part> STORES = List.of(part("postgresql", Part.UP));

    private static Part part(String name, String state) {
        return new Part(name, state, "127.0.0.1", 1, "", null, null, null);
    }

    private static List<Part> services(String down) {
        return Stream.of("crew", "batch-router", "telemetry", "posts")
                .map(name -> part(name, name.equals(down) ? Part.DOWN : Part.UP))
                .toList();
    }

    @Test
    void isDownAsSoonAsOneEssentialPartIs() {
        for (String essential : List.of("crew", "batch-router", "telemetry")) {
            assertThat(Board.status(services(essential), STORES)).as(essential).isEqualTo("down");
        }
        assertThat(Board.status(services("posts"), STORES)).isEqualTo("degraded");
        assertThat(Board.status(services(""), List.of(part("redis", Part.DOWN))))
                .isEqualTo("degraded");
        assertThat(Board.status(services(""), STORES)).isEqualTo("up");
    }

    @Test
    void saysForAMinuteWhichBoundsWereReached() {
        var bounds = new BoundsReached();
        assertThat(bounds.note(refused(3), 0)).as("before it was looked at").isEmpty();
        assertThat(bounds.note(refused(4), 1)).contains("http.bodies.bytes").doesNotContain("http.rate");
        assertThat(bounds.note(refused(4), Duration.ofSeconds(59).toNanos())).contains("http.bodies.bytes");
        assertThat(bounds.note(refused(4), Duration.ofSeconds(62).toNanos())).isEmpty();
        assertThat(bounds.note(
                        Figures.parse("http_connections 10.0\nhttp_connections_most 10.0\n"),
                        Duration.ofSeconds(63).toNanos()))
                .contains("http.connections");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            router_topics_refused_total,        trim them
            router_topics_dropped_total,        gave way
            router_devices_slowed_total,        embedded.mqtt.device-
            router_refused_total,               send them again
            telemetry_clocks_wrong_total,       whose clock is wrong
            telemetry_exports_stalled_total,    were ended
            """)
    void saysSoOfEveryBound(String counter, String words) {
        var bounds = new BoundsReached();
        assertThat(bounds.note(Figures.parse(counter + " 0.0\n"), 0)).isEmpty();
        assertThat(bounds.note(Figures.parse(counter + " 2.0\n"), 1))
                .contains(words)
                .endsWith(".");
        assertThat(bounds.note(
                        Figures.parse(counter + " 2.0\n"),
                        Duration.ofSeconds(62).toNanos()))
                .isEmpty();
    }

    @Test
    void saysWhichPeersAServiceLeavesAlone() {
        var bounds = new BoundsReached();
        String figures = """
                http_client_breaker_open{peer="posts"} %d.0
                http_client_breaker_open{peer="crew"} 0.0
                """;
        assertThat(bounds.note(Figures.parse(figures.formatted(1)), 0)).startsWith("Circuit breaker open: posts did");
        assertThat(bounds.note(Figures.parse(figures.formatted(0)), 1)).isEmpty();
    }

    @Test
    void addsUpWhatIsCountedApart() {
        var bounds = new BoundsReached();
        String counted =
                "router_events_dropped_total{stream=\"rejects\"} %d.0\nrouter_events_dropped_total{stream=\"lwt\"} 1.0\n";
        assertThat(bounds.note(Figures.parse(counted.formatted(1)), 0)).isEmpty();
        assertThat(bounds.note(Figures.parse(counted.formatted(2)), 1)).contains("only counted");
    }

    /** Some counters are made by the first that they count. */
    @Test
    void saysSoOfTheFirstOne() {
        var bounds = new BoundsReached();
        assertThat(bounds.note(Figures.NONE, 0)).isEmpty();
        String first = "router_events_dropped_total{stream=\"rejects\"} 1.0\n";
        assertThat(bounds.note(Figures.parse(first), 1)).contains("only counted");
        assertThat(new BoundsReached().note(Figures.parse(first), 1))
                .as("before it was looked at")
                .isEmpty();
    }

    private static Figures refused(int bodies) {
        return Figures.parse("""
                http_refused_total{reason="body-room"} %d.0
                http_refused_total{reason="address-rate"} 7.0
                http_connections 1.0
                http_connections_most 10.0
                """.formatted(bodies));
    }
}
