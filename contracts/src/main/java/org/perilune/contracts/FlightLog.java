package org.perilune.contracts;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of the flight log: their types, and what their {@code data} is. Each tells the whole of a thing as it is
 * after the change, with a revision that counts up from 1: of two events of one thing the one with the higher revision
 * is the newer, in whatever order they arrive.
 */
public final class FlightLog {
    /** Data: {@link Post}. From posts. */
    public static final String POST_CREATED = "PostCreated";

    public static final String POST_UPDATED = "PostUpdated";

    /** Data: {@link Deleted}. */
    public static final String POST_DELETED = "PostDeleted";

    /** Data: {@link Comment}. From comments. */
    public static final String COMMENT_CREATED = "CommentCreated";

    /** Data: {@link Comment}. Its text, or what moderation says of it, has changed. */
    public static final String COMMENT_UPDATED = "CommentUpdated";

    /** Data: {@link Deleted}. */
    public static final String COMMENT_DELETED = "CommentDeleted";

    /** Data: {@link Decision}. From moderation. */
    public static final String COMMENT_MODERATED = "CommentModerated";

    /** All of them. */
    public static final Set<String> TYPES = Set.of(
            POST_CREATED,
            POST_UPDATED,
            POST_DELETED,
            COMMENT_CREATED,
            COMMENT_UPDATED,
            COMMENT_DELETED,
            COMMENT_MODERATED);

    private FlightLog() {}

    /** An entry of the log. */
    public record Post(
            String id,
            long revision,
            String author,
            @Nullable String title,
            String text,
            @Nullable Instant at,
            List<Reference> references,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("edited_at") @Nullable Instant editedAt) {
        /**
         * @param author a person's name, or {@code program:…}
         * @param text Markdown
         * @param at what time the entry is about, where that is not when it was written
         * @param editedAt null for an entry as it was written first
         */
        public Post {
            references = List.copyOf(references);
        }
    }

    /** A comment on an entry. */
    public record Comment(
            String id,
            @JsonProperty("post_id") String postId,
            long revision,
            @JsonProperty("text_revision") long textRevision,
            String author,
            String text,
            List<Reference> references,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("edited_at") @Nullable Instant editedAt,
            Status status,
            @Nullable String rule,
            @Nullable String reason,
            @JsonProperty("moderated_by") @Nullable String moderatedBy,
            @JsonProperty("moderated_at") @Nullable Instant moderatedAt) {
        /**
         * @param revision counts every change, that of the status, too
         * @param textRevision counts changes of text and references, which bring the status back to pending
         * @param text Markdown
         * @param rule the id of the rule that decided; null while nothing decided, or where a person did
         * @param reason for people; null where there is nothing to say
         * @param moderatedBy {@code moderation}, or the person who decided
         */
        public Comment {
            references = List.copyOf(references);
        }
    }

    /** A post or a comment that is no more. */
    public record Deleted(
            String id, @JsonProperty("post_id") @Nullable String postId, long revision, String by, Instant at) {
        /** @param postId of a comment; null for a post */
        public Deleted {}
    }

    /** What moderation says of one text of a comment. */
    public record Decision(
            @JsonProperty("comment_id") String commentId,
            @JsonProperty("post_id") String postId,
            @JsonProperty("text_revision") long textRevision,
            long number,
            Status status,
            @Nullable String rule,
            @Nullable String reason,
            String by,
            Instant at) {
        /**
         * @param textRevision the text that was looked at; says nothing of a later one
         * @param number counts the decisions on this text of this comment from 1; the highest one counts
         * @param status pending where a rule wants a person to decide
         * @param rule the id of the rule that decided; null where none objected, or a person decided
         * @param by {@code moderation}, or the person who decided
         */
        public Decision {}
    }

    /** Whether a comment may be read. */
    public enum Status {
        /** Also what a status means that only a newer version gives: nobody is shown it. */
        @JsonEnumDefaultValue
        @JsonProperty("pending")
        PENDING,
        @JsonProperty("approved")
        APPROVED,
        @JsonProperty("rejected")
        REJECTED;

        /** As stored, in small letters. Pending for a name that only a newer version gives: it is not shown. */
        public static Status ofStored(String name) {
            for (Status status : values()) {
                if (status.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return status;
                }
            }
            return PENDING;
        }
    }

    /**
     * What an entry or a comment points to. In JSON it has the members of its kind alone, as it was given.
     *
     * @param device of telemetry
     * @param parameter of telemetry
     * @param from of telemetry, device time, inclusive
     * @param to of telemetry, device time, inclusive, after {@code from}
     * @param id of a command or an alarm
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Reference(
            Kind kind,
            @Nullable String device,
            @Nullable String parameter,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String id) {
        /** What there is to point to. */
        public enum Kind {
            @JsonProperty("telemetry")
            TELEMETRY,
            @JsonProperty("command")
            COMMAND,
            @JsonProperty("alarm")
            ALARM
        }
    }
}
