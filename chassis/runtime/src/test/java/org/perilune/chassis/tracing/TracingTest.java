package org.perilune.chassis.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.TraceContext;

class TracingTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static TracingConfig kept(double sampling, int least, int bytes) {
        return new TracingConfig(Optional.empty(), sampling, least, bytes);
    }

    @Test
    void isOffWhereNothingIsRecordedOrNobodyWouldSee() {
        assertThat(Tracing.open("posts", kept(0, 0, 1000), meters)).isSameAs(Tracing.OFF);
        assertThat(Tracing.open("posts", kept(1, 1, 0), meters)).isSameAs(Tracing.OFF);
        try (Scope _ = Tracing.OFF.enter(Span.getInvalid())) {
            assertThat(Tracing.child("something", SpanKind.CLIENT).isRecording())
                    .isFalse();
            assertThat(Tracing.here()).isEmpty();
        }
    }

    @Test
    void keepsTheLastSpansForWhichThereIsRoom() {
        try (Tracing tracing = Tracing.open("posts", kept(1, 0, 10_000), meters)) {
            for (int number = 0; number < 100; number++) {
                tracing.begin("step " + number, SpanKind.INTERNAL, Optional.empty())
                        .end();
            }
            List<KeptSpan> all = tracing.recent().all();
            assertThat(all.getLast().name()).isEqualTo("step 99");
            assertThat(all).hasSizeBetween(10, 25);
            assertThat(meters.get("tracing.spans.kept").gauge().value()).isBetween(1.0, 10_000.0);
        }
    }

    /** Devices say of every frame that it is sampled. */
    @Test
    void choosesItselfOfWhatDevicesSend() {
        try (Tracing tracing = Tracing.open("batch-router", kept(0, 3, 100_000), meters)) {
            int recorded = 0;
            for (int frame = 0; frame < 1000; frame++) {
                Optional<Span> span = tracing.choose(
                        "frame", SpanKind.CONSUMER, TraceContext.begin().toString());
                span.ifPresent(Span::end);
                recorded += span.isPresent() ? 1 : 0;
            }
            assertThat(recorded).isBetween(3, 500);
            assertThat(tracing.recent().all()).hasSize(recorded);
        }
    }

    @Test
    void recordsWhatIsOverOnlyWhereItsTraceIs() {
        try (Tracing tracing = Tracing.open("telemetry", kept(1, 0, 100_000), meters)) {
            TraceContext trace = TraceContext.begin();
            tracing.record("stored", SpanKind.CONSUMER, Optional.of(trace), 5_000_000, 7_000_000);
            var not = new TraceContext(trace.traceId(), trace.spanId(), false);
            tracing.record("not noted", SpanKind.CONSUMER, Optional.of(not), 5_000_000, 7_000_000);
            KeptSpan kept = tracing.recent().all().getFirst();
            assertThat(tracing.recent().all()).hasSize(1);
            assertThat(kept.parentId()).isEqualTo(trace.spanId());
            assertThat(kept.beganMicros()).isEqualTo(5_000);
            assertThat(kept.durationMicros()).isEqualTo(2_000);
        }
    }

    @Test
    void exportsByOtlp() throws IOException {
        var came = new CopyOnWriteArrayList<String>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            came.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try {
            var endpoint =
                    URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces");
            try (Tracing tracing = Tracing.open("posts", new TracingConfig(Optional.of(endpoint), 1, 0, 0), meters)) {
                tracing.begin("a step to see", SpanKind.INTERNAL, Optional.empty())
                        .end();
            }
            await().untilAsserted(() -> assertThat(came)
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("a step to see")
                    .contains("posts"));
        } finally {
            collector.stop(0);
        }
    }
}
