package org.perilune.query.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.perilune.query.QueryFixture.comment;
import static org.perilune.query.QueryFixture.created;
import static org.perilune.query.QueryFixture.deletedComment;
import static org.perilune.query.QueryFixture.deletedPost;
import static org.perilune.query.QueryFixture.post;
import static org.perilune.query.QueryFixture.updated;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.opensearch.OpenSearch;
import org.perilune.chassis.runtime.Ids;
import org.perilune.chassis.runtime.Resources;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.query.QueryFixture;
import org.perilune.query.SearchSamples;
import org.perilune.testkit.Caller;
import org.perilune.testkit.Gate;

/** Against the embedded backends' OpenSearch, two copies of query following it. */
class IndexedSearchTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static QueryFixture fixture;
    private static Gate gate;
    private static Caller caller;

    @BeforeAll
    static void start() throws Exception {
        fixture = OPENED.add(new QueryFixture(home));
        fixture.backends().startSearch(Duration.ZERO);
        gate = new Gate(fixture.backends().openSearchPort());
        OPENED.add(() -> {
            try {
                gate.close();
            } catch (IOException failure) {
                throw new java.io.UncheckedIOException(failure);
            }
        });
        gate.open();
        caller = fixture.caller(fixture.start(gate.port()), "viewer");
        fixture.start(gate.port());
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    private static UUID next() {
        return Ids.next(Clock.systemUTC());
    }

    private static JsonNode search(String words, String more) throws Exception {
        return caller.get("/search?q=" + URLEncoder.encode(words, StandardCharsets.UTF_8) + more);
    }

    private static String engine() throws Exception {
        return search("anything", "").path("engine").asText();
    }

    private static void awaitEngine(String engine) {
        await().atMost(TIMEOUT).until(() -> engine().equals(engine));
    }

    private static void awaitFound(String words, UUID... ids) {
        String[] expected = List.of(ids).stream().map(UUID::toString).toArray(String[]::new);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonNode found = search(words, "");
            assertThat(found.path("engine").asText()).isEqualTo("opensearch");
            assertThat(found.path("results").findValuesAsText("id")).containsExactlyInAnyOrder(expected);
        });
    }

    @Test
    void findsWhatMayBeReadAsItIsNow() throws Exception {
        UUID about = next();
        UUID gone = next();
        UUID readable = next();
        UUID taken = next();
        UUID early = next();
        fixture.publish(
                created(comment(early, about, 1, Status.APPROVED, "Before its entry: a Thruster ‹b›")),
                created(comment(next(), about, 1, Status.PENDING, "thruster pending")),
                created(comment(next(), about, 1, Status.REJECTED, "thruster rubbish")),
                created(comment(next(), gone, 1, Status.APPROVED, "thruster of what is gone")),
                created(post(gone, 1, "alice", "A thruster that is deleted")));
        fixture.publish(created(post(about, 1, "alice", "The thrusters were firing early")));
        fixture.publish(created(comment(readable, about, 1, Status.APPROVED, "Which thruster?")));
        fixture.publish(created(comment(taken, about, 1, Status.APPROVED, "This thruster!")));
        fixture.publish(deletedPost(gone, 2), deletedComment(taken, about, 2));
        awaitFound("thruster", about, readable, early);
        try (OpenSearch opensearch = OpenSearch.open(fixture.config().opensearch())) {
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(opensearch
                                    .client()
                                    .count(request -> request.index("query-*")
                                            .query(query -> query.match(match -> match.field("words")
                                                    .query(words -> words.stringValue("thruster")))))
                                    .count())
                            .as("not even in the index")
                            .isEqualTo(3));
        }

        JsonNode found = search("thruster", "").path("results");
        assertThat(found.findValuesAsText("snippet"))
                .contains("Which ‹thruster›?", "Before its entry: a ‹Thruster› <b>");
        assertThat(search("thruster -early", "&kind=comment").path("results")).hasSize(2);
        assertThat(search("\"firing early\"", "").path("results")).hasSize(1);
        assertThat(search("thruster nothing", "").path("results")).isEmpty();
        JsonNode first = search("thruster", "&limit=2");
        JsonNode second =
                search("thruster", "&limit=2&cursor=" + first.path("next").asText());
        assertThat(first.path("results")).hasSize(2);
        assertThat(second.path("results")).hasSize(1);
        assertThat(second.path("next").isNull()).isTrue();

        fixture.publish(updated(post(about, 2, "alice", "The radar was firing late")));
        awaitFound("thruster", readable, early);
        awaitFound("radar", about);
    }

    @Test
    void findsWordsHoweverTheyAreWritten() throws Exception {
        List<String> ids = SearchSamples.publish(fixture);
        awaitEngine("opensearch");
        await().atMost(TIMEOUT).until(() -> search("полюс", "").path("results").size() == 1); // the last one
        SearchSamples.check(ids, words -> search(words, ""), "opensearch");
    }

    @Test
    void takesAnyWordsToLookFor() throws Exception {
        awaitEngine("opensearch");
        for (String words :
                List.of("'", "\"", "a & | !", "((", "-", "%_\\", "*:*", "~9999", "a*", "☾", "a ".repeat(99))) {
            JsonNode found = search(words, "");
            assertThat(found.path("results").isArray()).as(words).isTrue();
            assertThat(found.path("engine").asText()).as(words).isEqualTo("opensearch");
        }
    }

    @Test
    void answersFromTheDatabaseWhileItIsAwayAndCatchesUp() throws Exception {
        answersFromTheDatabaseMeanwhile("gyroscope", gate::shut);
    }

    @Test
    void answersFromTheDatabaseWhileItHangsAndCatchesUp() throws Exception {
        answersFromTheDatabaseMeanwhile("sextant", gate::stall);
    }

    private interface Disturbance {
        void begin() throws IOException;
    }

    private static void answersFromTheDatabaseMeanwhile(String word, Disturbance disturbance) throws Exception {
        UUID before = next();
        UUID meanwhile = next();
        fixture.publish(created(post(before, 1, "alice", word + " one")));
        awaitFound(word, before);
        disturbance.begin();
        fixture.publish(created(post(meanwhile, 1, "alice", word + " two")));
        await().atMost(TIMEOUT).untilAsserted(() -> {
            JsonNode found = search(word, "");
            assertThat(found.path("engine").asText()).isEqualTo("postgresql");
            assertThat(found.path("results")).hasSize(2);
        });
        gate.open();
        awaitFound(word, before, meanwhile);
    }

    @Test
    void fillsAnewWhatWasLost() throws Exception {
        UUID id = next();
        fixture.publish(created(post(id, 1, "alice", "Altimeter")));
        awaitFound("altimeter", id);
        try (OpenSearch opensearch = OpenSearch.open(fixture.config().opensearch())) {
            var known = opensearch
                    .client()
                    .indices()
                    .get(request -> request.index("query-*"))
                    .result();
            assertThat(known).hasSize(1);
            String lost = known.keySet().iterator().next();
            opensearch.writer().indices().delete(request -> request.index(lost));
            await().atMost(TIMEOUT).untilAsserted(() -> {
                var now = opensearch
                        .client()
                        .indices()
                        .get(request -> request.index("query-*"))
                        .result();
                assertThat(now).hasSize(1).doesNotContainKey(lost);
            });
        }
        awaitFound("altimeter", id);
    }
}
