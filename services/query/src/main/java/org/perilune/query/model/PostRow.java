package org.perilune.query.model;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.EventData;
import org.perilune.contracts.FlightLog;

/** A post as the model keeps it; all but id and revision are null or empty once it is deleted. */
record PostRow(
        UUID id,
        long revision,
        boolean deleted,
        @Nullable String author,
        @Nullable String title,
        List<String> devices,
        @Nullable Instant createdAt,
        @Nullable String words,
        @Nullable String shown) {
    /** In which rows are written: two who write at once then never wait for each other in a circle. */
    static final Comparator<PostRow> ORDER = Comparator.comparing(PostRow::id);

    static PostRow of(CloudEvent event) {
        FlightLog.Post post = EventData.as(event, FlightLog.Post.class);
        String json = new String(Json.bytes(post), StandardCharsets.UTF_8);
        return new PostRow(
                Batch.id("id", post.id()),
                post.revision(),
                false,
                post.author(),
                post.title(),
                devices(post.references()),
                post.createdAt(),
                post.title() == null ? post.text() : post.title() + "\n" + post.text(),
                json.substring(0, json.length() - 1));
    }

    static PostRow deleted(CloudEvent event) {
        FlightLog.Deleted deleted = EventData.as(event, FlightLog.Deleted.class);
        UUID id = Batch.id("id", deleted.id());
        return new PostRow(id, deleted.revision(), true, null, null, List.of(), null, null, null);
    }

    private static List<String> devices(List<FlightLog.Reference> references) {
        Set<String> devices = new LinkedHashSet<>();
        for (FlightLog.Reference reference : references) {
            if (reference.device() != null) {
                devices.add(reference.device());
            }
        }
        return List.copyOf(devices);
    }
}
