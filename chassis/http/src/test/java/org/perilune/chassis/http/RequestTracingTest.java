package org.perilune.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.KeptSpan;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.chassis.tracing.TracingConfig;
import org.perilune.contracts.Role;

/** A request that goes on to another service, and what each of them notes of it. */
class RequestTracingTest {
    private static final TracingConfig ALL = new TracingConfig(Optional.empty(), 1, 0, 1 << 20);

    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Peers peers = new Peers(meters);
    private final Tracing back = owned.add(Tracing.open("back", ALL, meters));
    private final ServiceClient toBack = client("back", listen("back", back, Optional.empty()));

    @AfterEach
    void close() {
        owned.close();
    }

    private int listen(String name, Tracing tracing, Optional<ServiceClient> next) {
        return owned.add(HttpListener.open(
                        new HttpConfig(
                                "127.0.0.1",
                                0,
                                Duration.ofSeconds(1),
                                TokenConfig.of(URI.create("http://127.0.0.1:1/keys"))),
                        name,
                        new Health(),
                        Meters.open(),
                        tracing,
                        context -> new Principal("kranz", Role.OPERATOR, Instant.MAX),
                        javalin -> javalin.routes
                                .get("/revocations", context -> context.json("none"), Access.OPEN)
                                .get(
                                        "/things/{id}",
                                        context -> {
                                            if (context.pathParam("id").equals("away")) {
                                                throw new ServiceException.Unavailable("It is away", null);
                                            }
                                            String found = next.map(client -> client.get(
                                                            "/things/1", Optional.empty(), TraceContext.class))
                                                    .map(TraceContext::toString)
                                                    .orElse("");
                                            context.json(found.isEmpty() ? Requests.trace(context) : found);
                                        },
                                        Access.OPEN)))
                .port();
    }

    private ServiceClient client(String name, int port) {
        return owned.add(peers.client(name, URI.create("http://127.0.0.1:" + port), Duration.ofSeconds(30)));
    }

    private static KeptSpan only(Tracing tracing) {
        await().untilAsserted(() -> assertThat(tracing.recent().all()).hasSize(1));
        return tracing.recent().all().getFirst();
    }

    @Test
    void whatEveryServiceWaitsForAllTheTimeIsNoTrace() {
        toBack.exchange("GET", "/revocations", Optional.empty(), Optional.empty());
        toBack.exchange("GET", "/things/1", Optional.empty(), Optional.empty());
        assertThat(only(back).name()).isEqualTo("GET /things/{id}");
    }

    @Test
    void oneTraceLeadsThroughAllServices() {
        Tracing front = owned.add(Tracing.open("front", ALL, meters));
        ServiceClient client = client("front", listen("front", front, Optional.of(toBack)));
        client.exchange("GET", "/things/1", Optional.empty(), Optional.empty());
        await().untilAsserted(() -> assertThat(front.recent().all()).hasSize(2));
        KeptSpan call = front.recent().all().getFirst();
        KeptSpan request = front.recent().all().getLast();
        KeptSpan far = only(back);
        assertThat(request.name()).isEqualTo("GET /things/{id}");
        assertThat(request.parentId()).isNull();
        assertThat(call.name()).isEqualTo("GET back");
        assertThat(call.parentId()).isEqualTo(request.spanId());
        assertThat(far.parentId()).isEqualTo(call.spanId());
        assertThat(List.of(call.traceId(), far.traceId())).containsOnly(request.traceId());
        assertThat(far.attributes())
                .isEqualTo(Map.of(
                        "http.request.method", "GET",
                        "http.response.status_code", "200",
                        "http.route", "/things/{id}"));
    }

    @Test
    void whatIsNotRecordedIsNotRecordedFurtherOn() {
        var few = new TracingConfig(Optional.empty(), 0, 1, 1 << 20);
        Tracing front = owned.add(Tracing.open("front", few, meters));
        ServiceClient client = client("front", listen("front", front, Optional.of(toBack)));
        for (int call = 0; call < 20; call++) {
            client.exchange("GET", "/things/1", Optional.empty(), Optional.empty());
        }
        await().untilAsserted(() -> assertThat(front.recent().all().size())
                .isEqualTo(2 * back.recent().all().size()));
        assertThat(back.recent().all()).hasSizeLessThan(20);
    }

    @Test
    void marksWhatFailed() {
        toBack.exchange("GET", "/things/away", Optional.empty(), Optional.empty());
        assertThat(only(back).failed()).isTrue();
    }

    @Test
    void takesNotesOfNoProbes() {
        toBack.exchange("GET", "/health", Optional.empty(), Optional.empty());
        toBack.exchange("GET", "/things/1", Optional.empty(), Optional.empty());
        assertThat(only(back).name()).isEqualTo("GET /things/{id}");
    }

    @Test
    void showsTheLastSpans() {
        toBack.exchange("GET", "/things/1", Optional.empty(), Optional.empty());
        KeptSpan noted = only(back);
        RequestTracing.Recent shown = toBack.get("/traces/recent", Optional.of("token"), RequestTracing.Recent.class);
        assertThat(shown.spans()).containsExactly(noted);
    }
}
