package org.perilune.chassis.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.KeptSpan;
import org.perilune.chassis.tracing.Tracing;

/** A span for each request, by route; and the last spans of the service, for whoever may read. */
final class RequestTracing {
    private static final String SPAN = "perilune.span";
    private static final String SCOPE = "perilune.span-scope";
    private static final String TRACES = "/traces/recent";
    /** Asked by every service all the time, and each time a wait for news: would leave no room for anything else. */
    private static final String REVOCATIONS = "/revocations";

    private static final int SERVER_ERROR = 500;

    private final Tracing tracing;

    RequestTracing(Tracing tracing) {
        this.tracing = tracing;
    }

    /** What {@code GET /traces/recent} answers. */
    record Recent(List<KeptSpan> spans) {}

    void addTo(JavalinConfig javalin) {
        javalin.routes.get(
                TRACES, context -> context.json(new Recent(tracing.recent().all())), Access.VIEWER);
        if (tracing == Tracing.OFF) {
            return;
        }
        javalin.routes.before(this::begin);
        javalin.routes.after(RequestTracing::end);
    }

    private void begin(Context context) {
        String path = context.path();
        if (Probes.PATHS.contains(path) || path.equals(TRACES) || path.equals(REVOCATIONS)) {
            return;
        }
        Span span = tracing.begin(context.method().name(), SpanKind.SERVER, sent(context));
        context.attribute(SPAN, span);
        context.attribute(SCOPE, tracing.enter(span));
    }

    private static Optional<TraceContext> sent(Context context) {
        return Optional.ofNullable(context.header(TraceContext.HEADER)).flatMap(TraceContext::parse);
    }

    private static void end(Context context) {
        Span span = context.attribute(SPAN);
        @Nullable Scope scope = context.attribute(SCOPE);
        if (span == null || scope == null) {
            return;
        }
        scope.close();
        if (span.isRecording()) {
            int status = context.statusCode();
            String route = route(context);
            span.updateName(context.method().name() + " " + route);
            span.setAttribute("http.request.method", context.method().name());
            span.setAttribute("http.route", route);
            span.setAttribute("http.response.status_code", status);
            if (status >= SERVER_ERROR) {
                Tracing.failed(span, "answered " + status);
            }
        }
        span.end();
    }

    /** The route's path as it was registered, with names for what varies. */
    static String route(Context context) {
        return Optional.ofNullable(context.endpoints().matchedHttpEndpoint())
                .map(endpoint -> endpoint.path)
                .orElse("none");
    }

    /** One hop on from the caller's; a new one where the caller has none. */
    static TraceContext trace(Context context) {
        Span span = context.attribute(SPAN);
        return Optional.ofNullable(span)
                .flatMap(Tracing::of)
                .orElseGet(() -> sent(context).map(TraceContext::next).orElseGet(TraceContext::begin));
    }
}
