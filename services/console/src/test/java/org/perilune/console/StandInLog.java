package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.json.Json;

/** posts, comments and query as docs/api.md describes them, with one memory between them. */
final class StandInLog implements AutoCloseable {
    final StandInService posts = new StandInService(this::answerPosts);
    final StandInService comments = new StandInService(this::answerComments);
    final StandInService query = new StandInService(this::answerQuery);
    private final Map<String, ObjectNode> entries = new ConcurrentHashMap<>();
    private final Map<String, ObjectNode> remarks = new ConcurrentHashMap<>();
    private final Map<String, String> byKey = new ConcurrentHashMap<>();
    /** What was written, whoever took it. */
    final List<StandInService.Request> sent = new CopyOnWriteArrayList<>();

    volatile String engine = "opensearch";
    private Instant clock = Instant.parse("2026-11-20T00:00:00Z");

    StandInLog() throws IOException {}

    /** An entry that somebody wrote elsewhere. */
    String add(String author, @Nullable String title, String text) {
        var given = Json.mapper().createObjectNode().put("title", title).put("text", text);
        return write(author, given).path("id").asText();
    }

    String comment(String post, String author, String text) {
        return remark(post, author, Json.mapper().createObjectNode().put("text", text))
                .path("id")
                .asText();
    }

    void moderate(String comment, String status, @Nullable String rule, @Nullable String reason) {
        ObjectNode one = Objects.requireNonNull(remarks.get(comment));
        one.put("status", status)
                .put("rule", rule)
                .put("reason", reason)
                .put("moderated_by", "moderation")
                .put("revision", one.path("revision").asLong() + 1);
        tell(one.path("post_id").asText());
    }

    ObjectNode entry(String id) {
        return Objects.requireNonNull(entries.get(id));
    }

    int count() {
        return entries.size();
    }

    @Override
    public void close() {
        posts.close();
        comments.close();
        query.close();
    }

    private synchronized Instant next() {
        clock = clock.plusSeconds(60);
        return clock;
    }

    private void tell(String post) {
        query.publish("post", seen(entry(post)));
    }

    private ObjectNode write(String author, JsonNode given) {
        var entry = Json.mapper().createObjectNode();
        Instant now = next();
        entry.put("id", UUID.randomUUID().toString())
                .put("revision", 1)
                .put("author", author)
                .put("title", given.path("title").textValue())
                .put("text", given.path("text").asText())
                .put("at", given.path("at").textValue())
                .put("created_at", now.toString())
                .putNull("edited_at");
        entry.set(
                "references",
                given.path("references").isArray()
                        ? given.path("references")
                        : Json.mapper().createArrayNode());
        entries.put(entry.path("id").asText(), entry);
        tell(entry.path("id").asText());
        return entry;
    }

    private ObjectNode remark(String post, String author, JsonNode given) {
        var comment = Json.mapper().createObjectNode();
        comment.put("id", UUID.randomUUID().toString())
                .put("post_id", post)
                .put("revision", 1)
                .put("text_revision", 1)
                .put("author", author)
                .put("text", given.path("text").asText())
                .put("created_at", next().toString())
                .putNull("edited_at")
                .put("status", "pending")
                .putNull("rule")
                .putNull("reason")
                .putNull("moderated_by")
                .putNull("moderated_at");
        comment.putArray("references");
        remarks.put(comment.path("id").asText(), comment);
        tell(post);
        return comment;
    }

    private List<ObjectNode> of(String post) {
        return remarks.values().stream()
                .filter(one -> one.path("post_id").asText().equals(post))
                .sorted(Comparator.comparing(one -> one.path("created_at").asText()))
                .toList();
    }

    /** As query gives it: without the text of what is not approved. */
    private ObjectNode seen(ObjectNode entry) {
        ObjectNode seen = entry.deepCopy();
        var all = of(entry.path("id").asText());
        var list = seen.putArray("comments");
        all.stream().limit(50).forEach(one -> {
            ObjectNode shown = one.deepCopy();
            if (!one.path("status").asText().equals("approved")) {
                shown.putNull("text");
            }
            list.add(shown);
        });
        seen.put("comment_count", all.size());
        seen.put("comments_next", all.size() > 50 ? "50" : null);
        return seen;
    }

    private StandInService.Reply answerPosts(StandInService.Request request) {
        sent.add(request);
        if (request.path().equals("/references/check")) {
            boolean wrong = request.body().toString().contains("nothing-such");
            return wrong
                    ? StandInService.fault(422, "references", "references[0].parameter", "is not a parameter of it")
                    : new StandInService.Reply(
                            200, Json.mapper().createObjectNode().put("checked", true));
        }
        if (request.method().equals("POST")) {
            if (request.body().path("text").asText().isBlank()) {
                return StandInService.fault(422, "text", "text", "must not be empty");
            }
            String known = byKey.get(request.key());
            if (known != null) {
                return new StandInService.Reply(200, entry(known));
            }
            ObjectNode entry = write(request.caller(), request.body());
            byKey.put(request.key(), entry.path("id").asText());
            return new StandInService.Reply(201, entry);
        }
        String id = request.path().split("/")[2];
        return change(request, entry(id), () -> {
            entries.remove(id);
            query.publish("removed", Json.mapper().createObjectNode().put("id", id));
        });
    }

    private StandInService.Reply answerComments(StandInService.Request request) {
        String[] path = request.path().split("/");
        if (!request.method().equals("GET")) {
            sent.add(request);
        }
        if (path[1].equals("posts")) {
            if (request.method().equals("POST")) {
                return new StandInService.Reply(201, remark(path[2], request.caller(), request.body()));
            }
            var page = Json.mapper().createObjectNode();
            page.putArray("comments").addAll(of(path[2]));
            return new StandInService.Reply(200, page.putNull("next"));
        }
        ObjectNode comment = Objects.requireNonNull(remarks.get(path[2]));
        return change(request, comment, () -> {
            remarks.remove(path[2]);
            tell(comment.path("post_id").asText());
        });
    }

    private StandInService.Reply change(StandInService.Request request, ObjectNode thing, Runnable delete) {
        if (request.path().endsWith("/history")) {
            var history = Json.mapper().createObjectNode();
            history.putArray("history")
                    .addObject()
                    .put("revision", 1)
                    .put("at", thing.path("created_at").asText())
                    .put("by", thing.path("author").asText())
                    .put("action", "created")
                    .put("text", "as it was *first*");
            return new StandInService.Reply(200, history);
        }
        if (request.method().equals("GET")) {
            return new StandInService.Reply(200, thing);
        }
        if (request.method().equals("DELETE")) {
            delete.run();
            return new StandInService.Reply(200, Json.mapper().createObjectNode());
        }
        if (request.body().path("revision").asLong() != thing.path("revision").asLong()) {
            return StandInService.fault(409, "It is at revision " + thing.path("revision"));
        }
        edit(thing, (ObjectNode) request.body());
        return new StandInService.Reply(200, thing);
    }

    /** As its author does, here or elsewhere. */
    void edit(ObjectNode thing, ObjectNode changes) {
        long revision = thing.path("revision").asLong() + 1;
        thing.setAll(changes);
        thing.put("revision", revision).put("edited_at", next().toString());
        tell(
                thing.has("post_id")
                        ? thing.path("post_id").asText()
                        : thing.path("id").asText());
    }

    private StandInService.Reply answerQuery(StandInService.Request request) {
        String[] path = request.path().split("/");
        var answer = Json.mapper().createObjectNode();
        switch (path[1]) {
            case "activity" -> {
                answer.putArray("activity")
                        .addObject()
                        .put("at", request.query().get("from"))
                        .put("type", "CommandFinished")
                        .put("device", "lunar-module")
                        .put("by", "grace")
                        .put("id", UUID.randomUUID().toString())
                        .put("summary", "FIRE_ENGINE to lunar-module completed");
                answer.putNull("next");
            }
            case "search" -> {
                String words = String.valueOf(request.query().get("q"));
                var results = answer.put("engine", engine).putNull("next").putArray("results");
                entries.values().stream()
                        .filter(one -> one.path("text").asText().contains(words))
                        .forEach(one -> results.addObject()
                                .put("kind", "post")
                                .put("id", one.path("id").asText())
                                .put("post_id", one.path("id").asText())
                                .put("author", one.path("author").asText())
                                .put("at", one.path("created_at").asText())
                                .put("title", one.path("title").textValue())
                                .put("snippet", one.path("text").asText().replace(words, "‹" + words + "›")));
            }
            default -> {
                return posts(request, path);
            }
        }
        return new StandInService.Reply(200, answer);
    }

    private StandInService.Reply posts(StandInService.Request request, String[] path) {
        if (path.length > 2) {
            ObjectNode entry = entries.get(path[2]);
            if (entry == null) {
                return StandInService.fault(404, "There is no such entry");
            }
            if (path.length == 3) {
                return new StandInService.Reply(200, seen(entry));
            }
            var page = Json.mapper().createObjectNode();
            page.putArray("comments").addAll(of(path[2]).stream().skip(50).toList());
            return new StandInService.Reply(200, page.putNull("next"));
        }
        int limit = Integer.parseInt(request.query().getOrDefault("limit", "20"));
        int skip = Integer.parseInt(request.query().getOrDefault("cursor", "0"));
        var all = new ArrayList<>(entries.values());
        all.sort(Comparator.comparing((ObjectNode one) -> one.path("created_at").asText())
                .reversed());
        var page = Json.mapper().createObjectNode();
        page.putArray("posts")
                .addAll(all.stream().skip(skip).limit(limit).map(this::seen).toList());
        page.put("next", all.size() > skip + limit ? String.valueOf(skip + limit) : null);
        return new StandInService.Reply(200, page);
    }
}
