package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.perilune.conformance.Perilune.Part;

/** Dead letters by the command line: those of a subscriber that nobody can reach. */
@ExtendWith(SharedPerilune.class)
final class DeadLetterCommandTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String JSON = "application/json";

    private final Perilune perilune;
    private final Ground ground;
    private final String type = "T" + UUID.randomUUID().toString().replace("-", "");
    private String queue = "";

    DeadLetterCommandTest(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    @BeforeEach
    void subscribeInVain() throws Exception {
        String body = """
                {"url":"http://%s/","types":["%s"]}""".formatted(SharedPerilune.DEAF_HOST, type);
        var answer = ground.send("POST", Part.EVENT_BUS, "/subscriptions", ground.token("administrator"), JSON, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        queue = "subscription:" + answer.json().path("id").asText();
        for (String id : List.of("first", "second")) {
            String event = """
                    {"type":"%s","id":"%s","data":{}}""".formatted(type, id);
            assertThat(ground.send("POST", Part.EVENT_BUS, "/events", ground.token("operator"), JSON, event)
                            .status())
                    .isEqualTo(201);
        }
        await().atMost(TIMEOUT).until(() -> letters().size() == 2);
    }

    @AfterEach
    void leave() throws Exception {
        String subscription = queue.substring(queue.indexOf(':') + 1);
        ground.send(
                "DELETE", Part.EVENT_BUS, "/subscriptions/" + subscription, ground.token("administrator"), null, null);
        ground.close();
    }

    /** Their ids, newest first. */
    private List<String> letters() throws Exception {
        return perilune.run("dead-letters", "list", "--queue", queue)
                .lines()
                .map(line -> Stream.of(line.split("\t")).findFirst().orElse(""))
                .toList();
    }

    @Test
    void areSentAgainOneByOneOrAllOfAQueueOrDismissed() throws Exception {
        List<String> first = letters();
        assertThat(perilune.run("dead-letters", "redrive", first.getLast())).contains("Sent again");
        await().atMost(TIMEOUT).until(() -> letters().size() == 2 && !letters().contains(first.getLast()));

        List<String> second = letters();
        assertThat(perilune.run("dead-letters", "redrive", "--queue", queue)).contains("2 sent again to " + queue);
        await().atMost(TIMEOUT)
                .until(() -> letters().size() == 2 && letters().stream().noneMatch(second::contains));

        for (String letter : letters()) {
            assertThat(perilune.run("dead-letters", "dismiss", letter)).contains("Dismissed");
        }
        assertThat(letters()).isEmpty();
        assertThat(perilune.run("dead-letters", "list", "--all", "--queue", queue))
                .contains(first)
                .contains(second);
        assertThatThrownBy(() -> perilune.run("dead-letters", "dismiss", first.getFirst()))
                .hasMessageContaining("sent again or dismissed before");
        assertThatThrownBy(() -> perilune.run("dead-letters", "redrive", "../people"))
                .hasMessageContaining("is a UUID; this is none");
        assertThatThrownBy(() -> perilune.run("dead-letters", "redrive")).hasMessageContaining("Say which");
    }
}
