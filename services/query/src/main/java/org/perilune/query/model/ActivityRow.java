package org.perilune.query.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;

/** Something that happened, as the model keeps it. */
public record ActivityRow(
        UUID key,
        Instant at,
        String type,
        @Nullable String device,
        @Nullable String by,
        @Nullable String id,
        String summary) {
    static final Comparator<ActivityRow> ORDER = Comparator.comparing(ActivityRow::key);

    private static final int LONGEST_SUMMARY = 300;
    private static final int LONGEST_NAME = 200;
    /** Years that PostgreSQL, JSON and people agree on. */
    private static final Instant FIRST = Instant.EPOCH;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** Empty where the event does not tell when and what; whoever publishes may have other data than we look for. */
    static Optional<ActivityRow> of(CloudEvent event) {
        JsonNode data = event.data();
        if (data == null
                || !data.path("at").isTextual()
                || !data.path("summary").isTextual()) {
            return Optional.empty();
        }
        String summary = clean(data.path("summary").textValue(), LONGEST_SUMMARY);
        try {
            Instant at = OffsetDateTime.parse(data.path("at").textValue()).toInstant();
            if (summary.isEmpty() || at.isBefore(FIRST) || at.isAfter(LAST)) {
                return Optional.empty();
            }
            byte[] identity = (event.source() + " " + event.id()).getBytes(StandardCharsets.UTF_8);
            return Optional.of(new ActivityRow(
                    UUID.nameUUIDFromBytes(identity),
                    at,
                    event.type(),
                    name(data, "device"),
                    answerable(event, data),
                    name(data, "id"),
                    summary));
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }

    /** Whoever posted it by hand, whatever the data says: nobody speaks in another's name. */
    private static @Nullable String answerable(CloudEvent event, JsonNode data) {
        String postedBy = event.extensions().get(CloudEvent.POSTED_BY);
        return postedBy == null ? name(data, "by") : clean(postedBy, LONGEST_NAME);
    }

    private static @Nullable String name(JsonNode data, String field) {
        JsonNode value = data.path(field);
        return value.isTextual() && !value.textValue().isEmpty() ? clean(value.textValue(), LONGEST_NAME) : null;
    }

    /** Anybody may publish: nothing a database or a screen would choke on, and no half characters. */
    private static String clean(String text, int longest) {
        return text.codePoints()
                .limit(longest)
                .map(one -> Character.isISOControl(one) || (one >= 0xD800 && one <= 0xDFFF) ? ' ' : one)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }
}
