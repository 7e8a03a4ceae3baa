package org.perilune.console.log;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.FlightLog;

/** An entry of the flight log with its first comments, as query gives it; posts gives the same without comments. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LogEntry(
        String id,
        long revision,
        String author,
        @Nullable String title,
        String text,
        @Nullable Instant at,
        @Nullable List<FlightLog.Reference> references,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("edited_at") @Nullable Instant editedAt,
        @Nullable List<Comment> comments,
        @JsonProperty("comment_count") @Nullable Long commentCount,
        @JsonProperty("comments_next") @Nullable String commentsNext) {

    /** @param text null where it is not for the reader, or not known here */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Comment(
            String id,
            @JsonProperty("post_id") String postId,
            long revision,
            String author,
            @Nullable String text,
            @Nullable List<FlightLog.Reference> references,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("edited_at") @Nullable Instant editedAt,
            FlightLog.Status status,
            @Nullable String rule,
            @Nullable String reason,
            @JsonProperty("moderated_by") @Nullable String moderatedBy) {
        public boolean approved() {
            return status == FlightLog.Status.APPROVED;
        }

        /** A rule wants a person to decide. */
        public boolean held() {
            return status == FlightLog.Status.PENDING && (rule != null || reason != null);
        }

        public String stateClass() {
            return switch (status) {
                case PENDING -> "s-held";
                case APPROVED -> "s-completed";
                case REJECTED -> "s-rejected";
            };
        }

        public String stateWord() {
            return switch (status) {
                case PENDING -> held() ? "waiting for a flight director" : "waiting for moderation";
                case APPROVED -> "approved";
                case REJECTED -> "rejected";
            };
        }

        /** Why, for the author and flight directors; empty where there is nothing to say. */
        public String why() {
            String decider = rule != null
                    ? "rule " + rule
                    : moderatedBy == null || moderatedBy.equals("moderation") ? "" : moderatedBy;
            String said = Objects.requireNonNullElse(reason, "");
            return decider.isEmpty() || said.isEmpty() ? decider + said : decider + ": " + said;
        }

        public List<FlightLog.Reference> pointsTo() {
            return references == null ? List.of() : references;
        }

        Comment withTextOf(Comment other) {
            return new Comment(
                    id,
                    postId,
                    revision,
                    author,
                    other.text,
                    other.references,
                    createdAt,
                    editedAt,
                    status,
                    rule,
                    reason,
                    moderatedBy);
        }
    }

    /** Who looks: what is for him, and what he may do. */
    public record Viewer(String name, boolean operates, boolean directs, Instant now) {
        public boolean mayRead(Comment comment) {
            return comment.approved() || directs || comment.author().equals(name);
        }

        public boolean mayChange(String author) {
            return operates && author.equals(name);
        }
    }

    /** A list of entries, and where the older ones are. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Page(List<LogEntry> posts, @Nullable String next) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Comments(List<Comment> comments, @Nullable String next) {}

    public String counted() {
        long count = commentCount == null ? 0 : commentCount;
        return count == 0 ? "No comments" : count == 1 ? "1 comment" : count + " comments";
    }

    public List<Comment> shownComments() {
        return comments == null ? List.of() : comments;
    }

    public List<FlightLog.Reference> pointsTo() {
        return references == null ? List.of() : references;
    }

    /** What time it is about. */
    public Instant about() {
        return at == null ? createdAt : at;
    }

    public String called() {
        return title == null ? "Entry of " + author : title;
    }

    LogEntry withComments(List<Comment> others, @Nullable String next) {
        return new LogEntry(
                id, revision, author, title, text, at, references, createdAt, editedAt, others, commentCount, next);
    }
}
