package org.perilune.chassis.http;

import io.javalin.http.ContentTooLargeResponse;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.json.JsonObjectReader;
import org.perilune.chassis.json.TextValidation;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;

/** Reading requests, with the answers of the bad-input catalogue. */
public final class Requests {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Requests() {}

    /** The JSON body; 415 unless it is declared as JSON, 413 over the listener's limit. */
    public static <T> T json(Context context, Class<T> type) {
        String contentType = context.contentType();
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new UnsupportedMediaTypeResponse("The body must be application/json");
        }
        byte[] body = context.bodyAsBytes();
        if (body.length > HttpListener.MAX_BODY_BYTES) {
            throw new ContentTooLargeResponse("The body is over " + HttpListener.MAX_BODY_BYTES + " bytes");
        }
        return Json.parse(body, type);
    }

    public static int integer(Context context, String name, int fallback, int least, int most) {
        String value = context.queryParam(name);
        if (value == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException ignored) {
            // Answered below, like a number out of range.
        }
        throw malformed(name, "must be a whole number from " + least + " to " + most);
    }

    /** ISO-8601 in UTC, such as {@code 2026-11-21T02:38:00Z}. */
    public static Optional<Instant> instant(Context context, String name) {
        String value = context.queryParam(name);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(value));
        } catch (DateTimeParseException failure) {
            throw malformed(name, "must be an instant such as 2026-11-21T02:38:00Z");
        }
    }

    public static Optional<String> text(Context context, String name) {
        return Optional.ofNullable(context.queryParam(name));
    }

    /** A text that names somebody or something; null where there is none. */
    public static @Nullable String name(Context context, String parameter, int longest) {
        String value = context.queryParam(parameter);
        if (value != null) {
            TextValidation.fault(value, longest).ifPresent(fault -> {
                throw malformed(parameter, fault);
            });
        }
        return value;
    }

    /** Refuses query parameters that nobody would read: a misspelt filter must not answer with everything. */
    public static void onlyParameters(Context context, Set<String> known) {
        for (String name : context.queryParamMap().keySet()) {
            if (!known.contains(name)) {
                throw malformed(
                        name,
                        "there is no such parameter; there are "
                                + known.stream().sorted().toList());
            }
        }
    }

    /** The id in the path; one that is no UUID is nobody's, so that is a {@link ServiceException.NotFound}. */
    public static UUID id(Context context, String name) {
        String text = context.pathParam(name);
        if (!ID.matcher(text).matches()) {
            throw new ServiceException.NotFound("An id is a UUID; '" + TextValidation.shortened(text) + "' is none");
        }
        return UUID.fromString(text);
    }

    /** An id in a body, in lower case; empty with a fault. */
    public static String id(JsonObjectReader in, String name) {
        return in.name(name, ID, "must be a UUID").toLowerCase(Locale.ROOT);
    }

    /** The caller's own token, for asking others with the caller's rights; only in routes that are not open. */
    public static String token(Context context) {
        String header = String.valueOf(context.header("Authorization"));
        return header.substring(header.indexOf(' ') + 1).strip();
    }

    /**
     * The request goes on for as long as its caller likes, or until there is news: how long it took says nothing of the
     * service, and is not measured.
     */
    public static void lasts(Context context) {
        context.attribute(HttpListener.LASTS, true);
    }

    /** One hop on from the caller's; a new one where the caller has none. */
    public static TraceContext trace(Context context) {
        return RequestTracing.trace(context);
    }

    public static ServiceException.Malformed malformed(String name, String detail) {
        return new ServiceException.Malformed(name + ": " + detail, List.of(new ServiceException.Fault(name, detail)));
    }
}
