package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.FlightLog;

/** Compares what was written with what can be read, and with the events that told of it. */
final class LogAudit {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final LogKeeper keeper;

    LogAudit(LogKeeper keeper) {
        this.keeper = keeper;
    }

    /** Every accepted post and comment is in query exactly once, with its last text and its final status. */
    void query(LogWriters writers) {
        await("query to show what was written")
                .atMost(TIMEOUT)
                .pollInterval(PAUSE)
                .untilAsserted(() -> {
                    var posts = new HashMap<String, String>();
                    var comments = new HashMap<String, JsonNode>();
                    for (JsonNode entry : keeper.all(Part.QUERY, "/posts", "posts")) {
                        String id = entry.path("id").asText();
                        assertThat(posts.put(id, entry.path("text").asText()))
                                .as(id)
                                .isNull();
                        for (JsonNode comment : entry.path("comments")) {
                            assertThat(comments.put(comment.path("id").asText(), comment))
                                    .as("%s", comment)
                                    .isNull();
                        }
                        assertThat(entry.path("comment_count").asInt())
                                .isEqualTo(entry.path("comments").size());
                    }
                    assertThat(posts).as("posts").isEqualTo(writers.posts());
                    assertThat(comments.keySet())
                            .as("comments")
                            .isEqualTo(writers.comments().keySet());
                    comments.forEach((id, comment) ->
                            judged(comment, writers.comments().getOrDefault(id, ""), writers.postOf(id)));
                });
    }

    private static void judged(JsonNode comment, String text, String post) {
        boolean rejected = text.contains(LogWriters.REJECTED_WORD);
        assertThat(comment.path("post_id").asText()).isEqualTo(post);
        assertThat(comment.path("status").asText()).as("%s", comment).isEqualTo(rejected ? "rejected" : "approved");
        assertThat(comment.path("text").isNull() ? "" : comment.path("text").asText())
                .as("%s", comment)
                .isEqualTo(rejected ? "" : text);
    }

    /** No event without its change, no change without its event: one for each revision of each thing. */
    void events(LogWriters writers) {
        await("the log of events to tell of every change")
                .atMost(TIMEOUT)
                .pollInterval(PAUSE)
                .untilAsserted(() -> {
                    one(
                            Part.POSTS,
                            "/posts/",
                            writers.posts().keySet(),
                            List.of(),
                            List.of(FlightLog.POST_CREATED, FlightLog.POST_UPDATED, FlightLog.POST_DELETED));
                    one(
                            Part.COMMENTS,
                            "/comments/",
                            writers.comments().keySet(),
                            writers.gone(),
                            List.of(FlightLog.COMMENT_CREATED, FlightLog.COMMENT_UPDATED, FlightLog.COMMENT_DELETED));
                });
    }

    private void one(Part part, String path, Set<String> living, List<String> gone, List<String> types) {
        var revisions = new TreeMap<String, TreeMap<Long, Integer>>();
        for (JsonNode event : keeper.events(types)) {
            JsonNode data = event.path("data");
            revisions
                    .computeIfAbsent(data.path("id").asText(), id -> new TreeMap<>())
                    .merge(data.path("revision").asLong(), 1, Integer::sum);
        }
        var all = new HashSet<>(living);
        all.addAll(gone);
        assertThat(revisions.keySet()).as("things with events").isEqualTo(all);
        revisions.forEach((id, counted) -> {
            assertThat(counted.values())
                    .as("events of %s by revision: %s", id, counted)
                    .containsOnly(1);
            long newest = counted.lastKey();
            assertThat(newest).as("revisions of %s without a hole", id).isEqualTo(counted.size());
            if (living.contains(id)) {
                assertThat(keeper.get(part, path + id).path("revision").asLong())
                        .as(id)
                        .isEqualTo(newest);
            }
        });
    }
}
