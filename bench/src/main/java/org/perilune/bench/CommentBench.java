package org.perilune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.perilune.bench.instance.Instance;
import org.perilune.bench.observe.CommentsSeen;
import org.perilune.bench.report.BenchException;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.json.Json;
import org.perilune.contracts.Topology;

/**
 * Comments from before their request until query shows them approved. The rules that count are kept but for those of
 * rates, since one author writes them all.
 */
final class CommentBench implements AutoCloseable {
    /** An entry shows its first 50. */
    private static final int EACH = 20;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long POLL_NANOS = 20_000_000;

    private final Instance instance;
    private final ServiceClient posts;
    private final ServiceClient comments;
    private final ServiceClient moderation;
    private final ServiceClient query;
    private final ArrayNode rules;

    CommentBench(Instance instance) {
        this.instance = instance;
        posts = instance.client(Topology.POSTS);
        comments = instance.client(Topology.COMMENTS);
        moderation = instance.client(Topology.MODERATION);
        query = instance.client(Topology.QUERY);
        rules = (ArrayNode) rules().path("rules");
        ArrayNode without = Json.mapper().createArrayNode();
        rules.forEach(rule -> {
            if (!rule.path("kind").asText().equals("rate")) {
                without.add(rule);
            }
        });
        change(without);
    }

    private JsonNode rules() {
        return moderation.get("/rules", token("viewer"), JsonNode.class);
    }

    private void change(ArrayNode to) {
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("version", rules().path("version").asInt());
        body.set("rules", to);
        var answer = moderation.exchange("PUT", "/rules", token("flight-director"), Optional.of(Json.bytes(body)));
        if (answer.status() != 200) {
            throw new BenchException("The rules were not taken: " + answer.status());
        }
    }

    private Optional<String> token(String role) {
        return Optional.of(instance.token(role));
    }

    /** @return microseconds */
    Histogram run(double perSecond, int seconds) {
        int count = (int) (perSecond * seconds);
        Optional<String> operator = token("operator");
        Map<String, Long> asked = new HashMap<>();
        try (var seen = new CommentsSeen(query, token("viewer"))) {
            String post = "";
            long began = System.nanoTime();
            for (int number = 0; number < count; number++) {
                if (number % EACH == 0) {
                    post = posts.post("/posts", operator, Map.of("text", "Bench entry"), JsonNode.class)
                            .path("id")
                            .asText();
                }
                LockSupport.parkNanos(began + (long) (number / perSecond * 1e9) - System.nanoTime());
                long at = System.nanoTime();
                JsonNode comment = comments.post(
                        "/posts/" + post + "/comments", operator, Map.of("text", "Comment " + number), JsonNode.class);
                asked.put(comment.path("id").asText(), at);
            }
            return compare(asked, seen);
        }
    }

    private static Histogram compare(Map<String, Long> asked, CommentsSeen seen) {
        var micros = new Histogram(3);
        long limit = System.nanoTime() + PATIENCE_NANOS;
        for (var comment : asked.entrySet()) {
            Optional<Long> approved = seen.approved(comment.getKey());
            while (approved.isEmpty()) {
                if (System.nanoTime() - limit > 0) {
                    throw new BenchException("A comment was not seen approved: " + comment.getKey());
                }
                LockSupport.parkNanos(POLL_NANOS);
                approved = seen.approved(comment.getKey());
            }
            micros.recordValue((approved.get() - comment.getValue()) / 1_000);
        }
        return micros;
    }

    /** Puts the rules back. */
    @Override
    public void close() {
        try (posts;
                comments;
                moderation;
                query) {
            change(rules);
        }
    }
}
