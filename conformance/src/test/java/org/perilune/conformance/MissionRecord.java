package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.perilune.conformance.Ground.Answer;
import org.perilune.conformance.Perilune.Part;

/** Something of everything that Perilune keeps, and what its services answer when they are asked for it. */
final class MissionRecord {
    private static final String JSON = "application/json";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String NAME = "neil";
    private static final String PASSWORD = "tranquility base here 1969";
    private static final List<String> LOG =
            List.of("PostCreated", "PostUpdated", "CommentCreated", "CommentUpdated", "CommentModerated");

    private final String post;
    private final String command;
    private final String planned;

    private MissionRecord(String post, String command, String planned) {
        this.post = post;
        this.command = command;
        this.planned = planned;
    }

    /** A person, rules, an entry with an approved and a rejected comment, a completed command, a planned event. */
    static MissionRecord make(Perilune perilune, Ground ground) throws IOException, InterruptedException {
        String administrator = ground.token("administrator");
        created(ground.send("POST", Part.CREW, "/people", administrator, JSON, """
                {"name":"%s","password":"%s","role":"flight-director"}""".formatted(NAME, PASSWORD)));
        String token = logIn(ground);
        try (var keeper = new LogKeeper(perilune)) {
            keeper.judgeByTheWord("sabotage");
            String post = keeper.post("The eagle has wings");
            keeper.edit(Part.POSTS, "/posts/" + post, "The eagle has landed");
            String good = keeper.comment(post, "You are looking great");
            String bad = keeper.comment(post, "This is sabotage");
            awaitAnswer(ground, Part.COMMENTS, "/comments/" + good, "status", "approved");
            awaitAnswer(ground, Part.COMMENTS, "/comments/" + bad, "status", "rejected");
            Instant time = Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
            Answer planned = ground.send("POST", Part.TIMELINE, "/input", token, JSON, """
                    {"name":"Report slower","time":"%s","device":"lunar-module",
                     "command":{"command_type":"SET_REPORT_INTERVAL","parameters":{"interval":2}}}""".formatted(time));
            Answer command = ground.send(
                    "POST",
                    Part.COMMAND_DISPATCHER,
                    "/dispatch",
                    token,
                    JSON,
                    "{\"command_type\":\"START_MISSION\",\"parameters\":{}}");
            assertThat(command.status()).as("%s", command).isEqualTo(202);
            String id = command.json().path("id").asText();
            await("the end of the command")
                    .atMost(SOON)
                    .until(() -> ground.get(Part.COMMAND_DISPATCHER, "/commands/" + id, ground.token("viewer"))
                            .json()
                            .path("final")
                            .asBoolean());
            return new MissionRecord(post, id, created(planned).path("id").asText());
        }
    }

    /** Whoever is in the record can log in. */
    static String logIn(Ground ground) throws IOException, InterruptedException {
        return created(ground.send("POST", Part.CREW, "/sessions", null, JSON, """
                        {"name":"%s","password":"%s"}""".formatted(NAME, PASSWORD)))
                .path("access_token")
                .asText();
    }

    /** What does not change any more, by what was asked. */
    Map<String, JsonNode> answers(Perilune perilune, Ground ground) throws IOException, InterruptedException {
        var answers = new LinkedHashMap<String, JsonNode>();
        put(answers, ground, Part.CREW, "/people");
        put(answers, ground, Part.POSTS, "/posts");
        put(answers, ground, Part.POSTS, "/posts/" + post + "/history");
        put(answers, ground, Part.COMMENTS, "/posts/" + post + "/comments");
        put(answers, ground, Part.MODERATION, "/rules");
        put(answers, ground, Part.MODERATION, "/decisions");
        put(answers, ground, Part.COMMAND_DISPATCHER, "/commands/" + command);
        put(answers, ground, Part.COMMAND_DISPATCHER, "/dictionary/lunar-module");
        put(answers, ground, Part.TIMELINE, "/data/" + planned);
        put(answers, ground, Part.QUERY, "/posts");
        put(answers, ground, Part.QUERY, "/posts/" + post + "/comments");
        put(answers, ground, Part.QUERY, "/search?q=eagle");
        try (var keeper = new LogKeeper(perilune)) {
            List<JsonNode> events = keeper.events(LOG);
            for (int index = 0; index < events.size(); index++) {
                answers.put("event " + index + " of the flight log", events.get(index));
            }
        }
        // Which engine answered is the machine's.
        answers.replaceAll((asked, answer) -> asked.contains("/search") ? answer.path("results") : answer);
        return answers;
    }

    private static void put(Map<String, JsonNode> answers, Ground ground, Part part, String path)
            throws IOException, InterruptedException {
        Answer answer = ground.get(part, path, ground.token("viewer"));
        answers.put(part + " " + path + " " + answer.status(), answer.json());
    }

    private static JsonNode created(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return answer.json();
    }

    private static void awaitAnswer(Ground ground, Part part, String path, String field, String value) {
        await(path + " to be " + value)
                .atMost(SOON)
                .until(() -> ground.get(part, path, ground.token("viewer"))
                        .json()
                        .path(field)
                        .asText()
                        .equals(value));
    }
}
