package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.contracts.FlightLog.Comment;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;
import org.perilune.testkit.Gate;

class DatabaseAwayTest {
    private static final Resources OPENED = new Resources();

    @TempDir
    static Path home;

    private static Running running;
    private static CommentsStandIn comments;

    /** Each test's own, since rates are counted by author. */
    private final String author = "a" + UUID.randomUUID().toString().replace("-", "");

    @BeforeAll
    static void start() throws Exception {
        running = OPENED.add(new Running(home));
        comments = running.comments;
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
    void nothingIsLostWhileTheDatabaseIsAway() throws Exception {
        String url = Objects.requireNonNull(running.settings().get("moderation.postgres.url"));
        int port = Integer.parseInt(url.replaceFirst(".*:([0-9]+)/.*", "$1"));
        try (var gate = new Gate(port);
                Service behind = running.copy(
                        Map.of("moderation.postgres.url", url.replace(":" + port + "/", ":" + gate.port() + "/")));
                var caller = running.caller(behind, "vera", "viewer")) {
            running.moderation.close();
            var all = new ArrayList<Comment>();
            for (int number = 0; number < 20; number++) {
                Comment comment = CommentsStandIn.comment(author + number, number % 2 == 0 ? "Fine" : "muppet");
                all.add(comment);
                comments.publish(CommentsStandIn.created(comment));
            }
            assertThat(caller.send("GET", "/ready", "").statusCode()).isEqualTo(503);
            assertThat(caller.send("GET", "/rules", "").statusCode()).isEqualTo(503);
            gate.open();
            await().atMost(CommentsStandIn.TIMEOUT).until(() -> comments.isDecided(all.getFirst()));
            gate.shut();
            Comment meanwhile = CommentsStandIn.comment(author, "muppet");
            comments.publish(CommentsStandIn.created(meanwhile));
            gate.open();
            assertThat(comments.await(meanwhile, 1, 1).status()).isEqualTo(Status.REJECTED);
            for (int number = 0; number < 20; number++) {
                assertThat(comments.await(all.get(number), 1, 1).status())
                        .isEqualTo(number % 2 == 0 ? Status.APPROVED : Status.REJECTED);
                assertThat(comments.decisions(all.get(number)).stream()
                                .map(Decision::number)
                                .distinct())
                        .hasSize(1);
            }
            Running.awaitReady(caller);
        }
    }
}
