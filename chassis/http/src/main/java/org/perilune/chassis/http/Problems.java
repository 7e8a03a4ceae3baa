package org.perilune.chassis.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.io.EofException;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.Failures;
import org.perilune.chassis.runtime.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where failures become HTTP answers. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private Problems() {}

    static void answer(ServiceException failure, Context context) {
        switch (failure) {
            case ServiceException.Malformed malformed ->
                write(context, 400, "malformed", "The request is malformed", failure, malformed.faults());
            case ServiceException.Invalid invalid ->
                write(context, 422, "invalid", "The request has invalid fields", failure, invalid.faults());
            case ServiceException.Unauthenticated unauthenticated -> {
                context.header("WWW-Authenticate", "Bearer");
                write(context, 401, "unauthenticated", "A valid token is required", unauthenticated, List.of());
            }
            case ServiceException.Forbidden forbidden ->
                write(context, 403, "forbidden", "Your role does not allow this", forbidden, List.of());
            case ServiceException.NotFound notFound ->
                write(context, 404, "not-found", "Not found", notFound, List.of());
            case ServiceException.Conflict conflict ->
                write(context, 409, "conflict", "The request conflicts with the current state", conflict, List.of());
            case ServiceException.TooMany tooMany -> {
                retryAfter(context, tooMany.retryAfter());
                write(context, 429, "too-many", "Too many requests", tooMany, List.of());
            }
            case ServiceException.Uncertain uncertain
            when mayChange(context) ->
                LOG.warn(
                        "The outcome of a request is unknown [path: {}, instance: {}]",
                        context.path(),
                        write(context, 504, "uncertain", "The outcome is unknown", uncertain, List.of()),
                        uncertain);
            case ServiceException.Unavailable unavailable -> {
                retryAfter(context, unavailable.retryAfter());
                String instance = write(context, 503, "unavailable", "Temporarily unavailable", unavailable, List.of());
                LOG.warn("Could not serve a request [path: {}, instance: {}]", context.path(), instance, unavailable);
            }
        }
    }

    /** What the HTTP server itself refuses: no such path, wrong method, body too large. */
    static void answer(HttpResponseException failure, Context context) {
        int status = failure.getStatus();
        switch (status) {
            case 404 -> write(context, status, "not-found", "Not found", failure, List.of());
            case 405 -> write(context, status, "method-not-allowed", "Method not allowed", failure, List.of());
            case 410 -> write(context, status, "gone", "No longer available", failure, List.of());
            case 413 -> write(context, status, "content-too-large", "The body is too large", failure, List.of());
            case 415 -> write(context, status, "unsupported-media-type", "The body must be JSON", failure, List.of());
            case 504 -> write(context, status, "uncertain", "The outcome is unknown", failure, List.of());
            default -> write(context, status, "http-" + status, "Refused", failure, List.of());
        }
    }

    /** A body that was not read to its end. */
    static void answer(RequestBodies.Refused failure, Context context) {
        if (failure.status() == 408) {
            write(context, 408, "too-slow", "The body came too slowly", failure, List.of());
            return;
        }
        write(context, 413, "content-too-large", "The body is too large", failure, List.of());
    }

    static void answerUnexpected(Exception failure, Context context) {
        if (failure instanceof EofException) {
            LOG.debug("The other side went before its request was read or answered [path: {}]", context.path());
            context.status(400);
            return;
        }
        Optional<String> uncertain = mayChange(context) ? Failures.uncertain(failure) : Optional.empty();
        if (uncertain.isPresent()) {
            answer(new ServiceException.Uncertain(uncertain.get(), failure), context);
            return;
        }
        Optional<String> undone = Failures.undone(failure);
        if (undone.isPresent()) {
            answer(new ServiceException.Unavailable(undone.get(), failure), context);
            return;
        }
        String instance = instance();
        LOG.error("A request failed unexpectedly [path: {}, instance: {}]", context.path(), instance, failure);
        var problem = new Problem(
                Problem.TYPE_PREFIX + "internal",
                "Something went wrong here",
                500,
                "The service could not finish the request. Its log has the reason under this instance.",
                instance,
                List.of());
        send(context, problem);
    }

    /** Where nothing can have changed, a failure is never in doubt. */
    private static boolean mayChange(Context context) {
        return !SAFE.contains(context.method().name());
    }

    private static String write(
            Context context,
            int status,
            String type,
            String title,
            Exception failure,
            List<ServiceException.Fault> faults) {
        String instance = instance();
        String detail = failure.getMessage() == null ? title : failure.getMessage();
        send(context, new Problem(Problem.TYPE_PREFIX + type, title, status, detail, instance, faults));
        return instance;
    }

    private static void send(Context context, Problem problem) {
        if (CutOff.ifBegun(context)) {
            return;
        }
        context.status(problem.status());
        context.result(Json.bytes(problem));
        context.contentType(Problem.CONTENT_TYPE);
    }

    private static void retryAfter(Context context, Duration delay) {
        context.header("Retry-After", Long.toString(Math.max(1, delay.toSeconds())));
    }

    /** For finding it in the log again: no secret, so that refusing costs no secure random number. */
    private static String instance() {
        var random = ThreadLocalRandom.current();
        long versionFour = (random.nextLong() & ~0xF000L) | 0x4000L;
        long variantTwo = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return "urn:uuid:" + new UUID(versionFour, variantTwo);
    }
}
