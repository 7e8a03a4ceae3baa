package org.perilune.chassis.tracing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.TraceContext;

/**
 * A service's spans, by OpenTelemetry. What a request begins ({@link #begin}) is found by what it calls ({@link #child}),
 * as long as it is the same thread. Where tracing is off, nothing is recorded and nothing costs. Safe for threads.
 */
public final class Tracing implements AutoCloseable {
    public static final Tracing OFF = new Tracing(null, new LeastSampler(0, 0), new RecentSpans("", 0));

    private static final ContextKey<Tracing> KEY = ContextKey.named("perilune-tracing");
    private static final String SCOPE = "org.perilune";
    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
    private static final int LONGEST_ATTRIBUTE = 500;
    private static final long STOP_SECONDS = 2;

    private final @Nullable SdkTracerProvider provider;
    private final Tracer tracer;
    private final LeastSampler sampler;
    private final RecentSpans recent;

    private Tracing(@Nullable SdkTracerProvider provider, LeastSampler sampler, RecentSpans recent) {
        this.provider = provider;
        this.tracer = (provider == null ? TracerProvider.noop() : provider).get(SCOPE);
        this.sampler = sampler;
        this.recent = recent;
    }

    /**
     * Begins to export in the background where there is an endpoint; one that is away loses spans, and nothing else.
     *
     * @param service its name, in every span
     */
    public static Tracing open(String service, TracingConfig config, MeterRegistry meters) {
        if (config.isOff()) {
            return OFF;
        }
        var sampler = new LeastSampler(config.sampling(), config.leastASecond());
        var recent = new RecentSpans(service, config.keptBytes());
        SdkTracerProviderBuilder provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", service)
                        .put("service.namespace", "perilune")
                        .build())
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(LONGEST_ATTRIBUTE)
                        .build())
                .setSampler(Sampler.parentBased(sampler))
                .addSpanProcessor(recent);
        config.endpoint()
                .map(endpoint -> OtlpHttpSpanExporter.builder()
                        .setEndpoint(endpoint.toString())
                        .setTimeout(EXPORT_TIMEOUT)
                        .build())
                .ifPresent(exporter -> provider.addSpanProcessor(
                        BatchSpanProcessor.builder(exporter).build()));
        Gauge.builder("tracing.spans.kept", recent, RecentSpans::bytes)
                .description("Room that the last spans take")
                .baseUnit("bytes")
                .register(meters);
        return new Tracing(provider.build(), sampler, recent);
    }

    public boolean isOff() {
        return provider == null;
    }

    public RecentSpans recent() {
        return recent;
    }

    /** Of whatever runs on this thread. */
    public static Tracing current() {
        Tracing known = Context.current().get(KEY);
        return known == null ? OFF : known;
    }

    /** A step of what another process began, or the first of its own. To be ended. */
    public Span begin(String name, SpanKind kind, Optional<TraceContext> parent) {
        return builder(name, kind, parent.map(Tracing::remote)).startSpan();
    }

    /**
     * The same where the other process does not decide what is recorded: devices say of each frame that they would
     * like it. Costs next to nothing for what is not recorded.
     *
     * @param traceparent as it came; looked at only where it is recorded
     */
    public Optional<Span> choose(String name, SpanKind kind, @Nullable String traceparent) {
        if (provider == null || !sampler.takesNext()) {
            return Optional.empty();
        }
        Optional<SpanContext> parent =
                Optional.ofNullable(traceparent).flatMap(TraceContext::parse).map(one -> remote(one, true));
        return Optional.of(builder(name, kind, parent)
                .setAttribute(LeastSampler.CHOSEN, true)
                .startSpan());
    }

    /** A step that took so long and is over now, of what is under way on this thread; nothing where that is not recorded. */
    public static Optional<Span> past(String name, SpanKind kind, long durationNanos) {
        if (!Span.current().isRecording()) {
            return Optional.empty();
        }
        return Optional.of(current()
                .tracer
                .spanBuilder(name)
                .setSpanKind(kind)
                .setStartTimestamp(nowEpochNanos() - durationNanos, TimeUnit.NANOSECONDS)
                .startSpan());
    }

    /** As spans count time. */
    public static long nowEpochNanos() {
        return Clock.getDefault().now();
    }

    /** A step that is over already, of a trace that is recorded; else nothing. */
    public void record(
            String name, SpanKind kind, Optional<TraceContext> parent, long beganEpochNanos, long endedEpochNanos) {
        if (provider != null && parent.filter(TraceContext::sampled).isPresent()) {
            builder(name, kind, parent.map(Tracing::remote))
                    .setStartTimestamp(beganEpochNanos, TimeUnit.NANOSECONDS)
                    .startSpan()
                    .end(endedEpochNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** A step of what is under way on this thread; without effect where that is not recorded. To be ended. */
    public static Span child(String name, SpanKind kind) {
        Span parent = Span.current();
        return parent.isRecording()
                ? current().tracer.spanBuilder(name).setSpanKind(kind).startSpan()
                : parent(parent);
    }

    /** Ends nothing when it is ended. */
    private static Span parent(Span parent) {
        return Span.wrap(parent.getSpanContext());
    }

    /** What runs on this thread until the scope is closed is part of the span. */
    @SuppressWarnings("MustBeClosedChecker") // The caller closes it.
    public Scope enter(Span span) {
        return Context.root().with(KEY, this).with(span).makeCurrent();
    }

    /** Where this thread is just now, for the next process; empty where nothing traced is under way. */
    public static Optional<TraceContext> here() {
        return of(Span.current());
    }

    /** The span's own place, for the next process; empty where tracing is off. */
    public static Optional<TraceContext> of(Span span) {
        SpanContext place = span.getSpanContext();
        return place.isValid()
                ? TraceContext.parse(
                        "00-" + place.getTraceId() + "-" + place.getSpanId() + (place.isSampled() ? "-01" : "-00"))
                : Optional.empty();
    }

    /** Marks the span as failed. The message may hold no secret. */
    public static void failed(Span span, String message) {
        span.setStatus(StatusCode.ERROR, message);
        span.setAttribute(AttributeKey.stringKey("error.message"), message);
    }

    private SpanBuilder builder(String name, SpanKind kind, Optional<SpanContext> parent) {
        SpanBuilder span = tracer.spanBuilder(name).setSpanKind(kind);
        parent.ifPresentOrElse(place -> span.setParent(Context.root().with(Span.wrap(place))), span::setNoParent);
        return span;
    }

    private static SpanContext remote(TraceContext parent) {
        return remote(parent, parent.sampled());
    }

    private static SpanContext remote(TraceContext parent, boolean sampled) {
        return SpanContext.createFromRemoteParent(
                hex(parent),
                parent.spanId(),
                sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    private static String hex(TraceContext place) {
        return place.traceId().toString().replace("-", "");
    }

    /** Sends what was not sent yet, within seconds. */
    @Override
    public void close() {
        if (provider != null) {
            provider.shutdown().join(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
