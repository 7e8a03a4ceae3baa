package org.perilune.query.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.FlightLog;

/** What several events tell: of each thing the newest, so that neither their order nor repetition matters. */
public record Batch(List<PostRow> posts, List<CommentRow> comments, List<ActivityRow> activities) {
    private static final int LENGTH_OF_ID = 36;

    public boolean isEmpty() {
        return posts.isEmpty() && comments.isEmpty() && activities.isEmpty();
    }

    /**
     * Events of types that are a service's own count only from there: what anybody posted under such a type tells
     * nothing, here as in a rebuild from the log.
     *
     * @throws ServiceException.Invalid for an event of theirs that cannot be read
     */
    public static Batch of(Collection<CloudEvent> events) {
        var posts = new HashMap<UUID, PostRow>();
        var comments = new HashMap<UUID, CommentRow>();
        var activities = new HashMap<UUID, ActivityRow>();
        for (CloudEvent event : events) {
            if (!Inbox.isGenuine(event)) {
                continue;
            }
            switch (event.type()) {
                case FlightLog.POST_CREATED, FlightLog.POST_UPDATED -> keep(posts, PostRow.of(event));
                case FlightLog.POST_DELETED -> keep(posts, PostRow.deleted(event));
                case FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED -> keep(comments, CommentRow.of(event));
                case FlightLog.COMMENT_DELETED -> keep(comments, CommentRow.deleted(event));
                default -> {}
            }
            ActivityRow.of(event).ifPresent(activity -> activities.putIfAbsent(activity.key(), activity));
        }
        return new Batch(
                posts.values().stream().sorted(PostRow.ORDER).toList(),
                comments.values().stream().sorted(CommentRow.ORDER).toList(),
                activities.values().stream().sorted(ActivityRow.ORDER).toList());
    }

    /** @throws ServiceException.Invalid if it is none */
    public static UUID id(String field, @Nullable String text) {
        try {
            if (text != null && text.length() == LENGTH_OF_ID) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException ignored) {
            // Answered below, like a missing one.
        }
        throw new ServiceException.Invalid("data." + field, "must be a UUID");
    }

    private static void keep(Map<UUID, PostRow> newest, PostRow row) {
        newest.merge(row.id(), row, (one, other) -> other.revision() > one.revision() ? other : one);
    }

    private static void keep(Map<UUID, CommentRow> newest, CommentRow row) {
        newest.merge(row.id(), row, (one, other) -> other.revision() > one.revision() ? other : one);
    }
}
