package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.perilune.conformance.Perilune.Part;

/** Somebody who keeps the flight log, and does not give up while parts of the ground are being restarted. Safe for threads. */
final class LogKeeper implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final long TOKEN_NANOS = Duration.ofMinutes(3).toNanos();

    private final Ground ground;
    private @Nullable String token;
    private long tokenSince;

    LogKeeper(Perilune perilune) {
        this.ground = new Ground(perilune);
    }

    /** @return the post's id */
    String post(String text) {
        return created(Part.POSTS, "/posts", text).path("id").asText();
    }

    /** @return the comment's id */
    String comment(String post, String text) {
        return created(Part.COMMENTS, "/posts/" + post + "/comments", text)
                .path("id")
                .asText();
    }

    /** Asks until it is taken, always with the same key. */
    private JsonNode created(Part part, String path, String text) {
        String key = UUID.randomUUID().toString();
        return untilAnswered("POST", part, path, body(Map.of("text", text)), key, List.of(200, 201));
    }

    /** Until the thing has that text, whoever else changes it meanwhile. */
    void edit(Part part, String path, String text) {
        patiently("an edit of " + path).until(() -> {
            JsonNode known = get(part, path);
            if (known.path("text").asText().equals(text)) {
                return true;
            }
            Ground.Answer answer = send(
                    "PATCH",
                    part,
                    path,
                    body(Map.of("revision", known.path("revision").asLong(), "text", text)),
                    null);
            return answer.status() == 200;
        });
    }

    void delete(Part part, String path) {
        untilAnswered("DELETE", part, path, null, null, List.of(204));
    }

    JsonNode get(Part part, String path) {
        return untilAnswered("GET", part, path, null, null, List.of(200));
    }

    /** Posts an event of one's own. */
    void publish(String event) {
        untilAnswered("POST", Part.EVENT_BUS, "/events", event, null, List.of(201));
    }

    /** Every element of a paged list. */
    List<JsonNode> all(Part part, String path, String list) {
        var all = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            String page = path + (path.contains("?") ? "&" : "?") + "limit=100" + cursor;
            JsonNode answer = get(part, page);
            answer.path(list).forEach(all::add);
            JsonNode next = answer.path("next");
            cursor = next.isTextual() ? "&cursor=" + Ground.query(next.asText()) : "";
        } while (!cursor.isEmpty());
        return all;
    }

    /** Every event of these types in the log of the event bus, in its order. */
    List<JsonNode> events(List<String> types) {
        String wanted = "&type=" + String.join("&type=", types);
        var all = new ArrayList<JsonNode>();
        String after = "0";
        while (true) {
            JsonNode page = get(Part.EVENT_BUS, "/events?limit=1000&after=" + after + wanted);
            page.path("events").forEach(entry -> all.add(entry.path("event")));
            if (page.path("events").isEmpty()) {
                return all;
            }
            after = page.path("next").asText();
        }
    }

    /** Comments are judged by one word alone: what has it is rejected. */
    void judgeByTheWord(String word) {
        patiently("the rules").until(() -> {
            long version = get(Part.MODERATION, "/rules").path("version").asLong();
            String rules = """
                    {"version":%d,"rules":[{"id":"the-word","kind":"words","action":"reject","words":["%s"]}]}
                    """.formatted(version, word);
            return send("PUT", Part.MODERATION, "/rules", rules, null).status() == 200;
        });
    }

    /** If query can just now: it may be away, or at one already. */
    void beginRebuild() throws InterruptedException {
        try {
            send("POST", Part.QUERY, "/rebuild", "{}", null);
        } catch (IOException away) {
            // Then there is none to be interrupted.
        }
    }

    /** Until the model that was built anew serves. */
    void rebuild() {
        // 409 while the remains of an interrupted one are cleared away, which is not the one that is asked for.
        patiently("a rebuild to begin")
                .until(() -> send("POST", Part.QUERY, "/rebuild", "{}", null).status() == 202);
        JsonNode ended = patiently("a rebuild")
                .until(
                        () -> get(Part.QUERY, "/rebuild"),
                        rebuild -> !rebuild.path("state").asText().equals("running"));
        assertThat(ended.path("state").asText()).as("%s", ended).isEqualTo("done");
    }

    private static String body(Map<String, ?> fields) {
        return JSON.valueToTree(fields).toString();
    }

    private JsonNode untilAnswered(
            String method, Part part, String path, @Nullable String body, @Nullable String key, List<Integer> wanted) {
        Predicate<Ground.Answer> said = answer -> answer.status() < 500 && answer.status() != 401;
        Ground.Answer answer = patiently(method + " " + path).until(() -> send(method, part, path, body, key), said);
        if (!wanted.contains(answer.status())) {
            throw new AssertionError(method + " " + path + ": " + answer);
        }
        return answer.json();
    }

    /** A service may be killed at any moment of a call: the call breaks, and is made again. */
    private static ConditionFactory patiently(String what) {
        return await(what)
                .atMost(TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(PAUSE)
                .ignoreExceptionsMatching(
                        failure -> failure instanceof IOException || failure instanceof AssertionError);
    }

    private Ground.Answer send(String method, Part part, String path, @Nullable String body, @Nullable String key)
            throws IOException, InterruptedException {
        return ground.send(method, part, path, token(), "application/json", body, key);
    }

    private synchronized String token() throws IOException, InterruptedException {
        String known = token;
        if (known == null || System.nanoTime() - tokenSince > TOKEN_NANOS) {
            known = ground.token("administrator");
            token = known;
            tokenSince = System.nanoTime();
        }
        return known;
    }

    @Override
    public void close() {
        ground.close();
    }
}
