package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Caller;

class CopiesTest {
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static Running running;
    private static CommentsStandIn comments;
    private static Caller director;
    private static Caller viewer;

    /** Each test's own, since rates are counted by author. */
    private final String author = "a" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void start() throws Exception {
        running = OPENED.add(new Running(home));
        comments = running.comments;
        viewer = running.viewer;
        director = running.director;
    }

    @AfterAll
    static void stop() {
        OPENED.close();
    }

    @BeforeEach
    void modestRules() throws Exception {
        running.modestRules();
    }

    @Test
    void threeCopiesDecideOnceAndNoneSlipsThroughARate() {
        long seed = System.nanoTime();
        System.out.println("Seed " + seed);
        var random = new Random(seed);
        var all = new ArrayList<Comment>();
        Instant first = Clock.systemUTC().instant();
        for (int who = 0; who < 10; who++) {
            for (int number = 0; number < 12; number++) {
                all.add(CommentsStandIn.comment(author + who, "Number " + number, first.plusMillis(number)));
            }
        }
        var events = new ArrayList<CloudEvent>();
        for (Comment comment : all) {
            CloudEvent created = CommentsStandIn.created(comment);
            events.addAll(List.of(created, created, CommentsStandIn.created(comment)));
        }
        Collections.shuffle(events, random);
        try (Service second = running.copy(Map.of())) {
            Service third = running.copy(Map.of());
            try {
                events.forEach(comments::publish);
                await().atMost(CommentsStandIn.TIMEOUT)
                        .until(() -> comments.isDecided(all.get(random.nextInt(all.size()))));
            } finally {
                third.close();
            }
            assertThat(second.port()).isPositive();
            await().atMost(CommentsStandIn.TIMEOUT).until(() -> all.stream().allMatch(comments::isDecided));
        }
        for (int who = 0; who < 10; who++) {
            String name = author + who;
            assertThat(all.stream()
                            .filter(comment -> comment.author().equals(name))
                            .map(comments::status)
                            .filter(Status.APPROVED::equals))
                    .as("seed %d", seed)
                    .hasSize(5);
        }
        assertThat(all)
                .allSatisfy(comment -> assertThat(comments.decisions(comment).stream()
                                .map(Decision::number)
                                .distinct())
                        .containsExactly(1L));
    }

    @Test
    void ratesForgetWhatIsOld() {
        Instant now = Clock.systemUTC().instant();
        var all = new ArrayList<Comment>();
        for (int number = 0; number < 7; number++) {
            all.add(CommentsStandIn.comment(author, "Number " + number, now.plusSeconds(number * 12L)));
        }
        all.forEach(comment -> comments.publish(CommentsStandIn.created(comment)));
        assertThat(all)
                .allSatisfy(comment ->
                        assertThat(comments.await(comment, 1, 1).status()).isEqualTo(Status.APPROVED));
        Comment tooSoon = CommentsStandIn.comment(author, "One more", now.plusSeconds(73));
        comments.publish(CommentsStandIn.created(tooSoon));
        assertThat(comments.await(tooSoon, 1, 1).rule()).isEqualTo("rate");
        // An edit is no new comment, neither for better nor for worse.
        comments.publish(
                CommentsStandIn.updated(CommentsStandIn.edited(tooSoon, "Again")),
                CommentsStandIn.updated(CommentsStandIn.edited(all.get(3), "Better")));
        assertThat(comments.await(tooSoon, 2, 1).rule()).isEqualTo("rate");
        assertThat(comments.await(all.get(3), 2, 1).status()).isEqualTo(Status.APPROVED);
    }

    @Test
    void ofPeopleWhoDecideAtOnceOneIsFirst() throws Exception {
        Comment comment = CommentsStandIn.comment(author, "Fine");
        comments.publish(CommentsStandIn.created(comment));
        comments.await(comment, 1, 1);
        var answers = new ArrayList<Future<Integer>>();
        try (Service second = running.copy(Map.of());
                var there = running.caller(second, "gene", "flight-director");
                var people = Executors.newVirtualThreadPerTaskExecutor()) {
            Running.awaitReady(there);
            for (int number = 0; number < 20; number++) {
                Caller who = number % 2 == 0 ? director : there;
                String word = number % 3 == 0 ? "approve" : "reject";
                answers.add(people.submit(
                        () -> who.send("POST", "/decisions/" + comment.id() + "/" + word, "{\"reason\":\"So be it\"}")
                                .statusCode()));
            }
            int taken = 0;
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isIn(200, 409);
                taken += answer.get() == 200 ? 1 : 0;
            }
            assertThat(taken).isPositive();
            List<Long> numbers = LongStream.rangeClosed(1, taken + 1L).boxed().toList();
            comments.await(comment, 1, taken + 1L);
            await().atMost(CommentsStandIn.TIMEOUT)
                    .until(() -> comments.decisions(comment).stream()
                            .map(Decision::number)
                            .sorted()
                            .toList()
                            .equals(numbers));
        }
        var last = Status.APPROVED;
        for (JsonNode decision : viewer.get("/decisions/" + comment.id()).path("decisions")) {
            var status = Status.valueOf(decision.path("status").asText().toUpperCase(Locale.ROOT));
            assertThat(decision.path("number").asInt() == 1 || status != last).isTrue();
            last = status;
        }
    }

    @Test
    void newRulesCountAtOnceForEveryCopy() throws Exception {
        try (Service second = running.copy(Map.of());
                var there = running.caller(second, "flight", "flight-director")) {
            for (int round = 0; round < 6; round++) {
                String word = "word" + round;
                running.rules("[{\"id\":\"r%d\",\"kind\":\"words\",\"action\":\"reject\",\"words\":[\"%s\"]}]"
                        .formatted(round, word));
                var all = new ArrayList<Comment>();
                for (int number = 0; number < 10; number++) {
                    Comment comment = CommentsStandIn.comment(author + number, "A " + word);
                    all.add(comment);
                    comments.publish(CommentsStandIn.created(comment));
                }
                String rule = "r" + round;
                assertThat(all)
                        .allSatisfy(comment ->
                                assertThat(comments.await(comment, 1, 1).rule()).isEqualTo(rule));
                assertThat(there.get("/rules").findValuesAsText("id")).containsExactly(rule);
            }
        }
    }
}
