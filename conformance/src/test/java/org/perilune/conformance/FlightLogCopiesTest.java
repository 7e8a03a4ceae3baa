package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.conformance.Perilune.Part;
import org.perilune.contracts.Topology;
import org.perilune.contracts.Topology.Service;

/** Services of the flight log in several copies, and away: nobody else's settings change. */
final class FlightLogCopiesTest {
    private static final long SEED = Long.getLong("log.seed", new Random().nextInt(1_000_000));
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void twoCopiesOfCommentsAndThreeOfModerationShareTheWorkAndOneOfEachMayGo() throws Exception {
        System.out.println("Flight log copies [seed: " + SEED + "]");
        try (var perilune = Perilune.in(folder.resolve("home"));
                var copies = new Copies(perilune, folder.resolve("said"));
                var keeper = new LogKeeper(perilune);
                var writers = new LogWriters(keeper, SEED)) {
            perilune.start();
            Beside comments = copies.another(Topology.COMMENTS);
            Beside stopped = copies.another(Topology.MODERATION);
            Beside killed = copies.another(Topology.MODERATION);
            comments.awaitReady();
            stopped.awaitReady();
            killed.awaitReady();
            keeper.judgeByTheWord(LogWriters.REJECTED_WORD);
            writers.start(3);

            awaitWritten(writers, 150);
            stopped.stop();
            awaitWritten(writers, 150);
            killed.kill();
            comments.kill();
            awaitWritten(writers, 150);
            writers.finish();

            var audit = new LogAudit(keeper);
            audit.query(writers);
            audit.events(writers);
        }
    }

    @Test
    void queryAnswersWhileTheOthersAreAwayAndCatchesUp() throws Exception {
        try (var perilune = Perilune.in(folder.resolve("home"));
                var others = new Copies(perilune, folder.resolve("said"));
                var keeper = new LogKeeper(perilune)) {
            perilune.start("posts", "comments", "moderation");
            Beside posts = others.planned(Topology.POSTS);
            Beside comments = others.planned(Topology.COMMENTS);
            Beside moderation = others.planned(Topology.MODERATION);
            posts.awaitReady();
            comments.awaitReady();
            moderation.awaitReady();
            String post = keeper.post("Before");
            awaitEntry(keeper, post, 0, "approved");

            moderation.stop();
            keeper.comment(post, "Waits for moderation");
            awaitEntry(keeper, post, 1, "pending");
            posts.stop();
            comments.stop();
            assertThat(keeper.get(Part.QUERY, "/posts").path("posts").size()).isEqualTo(1);
            String happened = """
                    {"type":"BuoyLaunched","data":{"at":"2026-11-21T02:38:00Z","device":"buoy-7","by":"anna",
                      "id":null,"summary":"anna launched buoy-7"}}""";
            keeper.publish(happened);
            await("what others posted meanwhile")
                    .atMost(TIMEOUT)
                    .until(() -> keeper.get(Part.QUERY, "/activity?device=buoy-7")
                                    .path("activity")
                                    .size()
                            == 1);

            comments.start();
            moderation.start();
            awaitEntry(keeper, post, 1, "approved");
            posts.start();
            posts.awaitReady();
            awaitEntry(keeper, keeper.post("After"), 0, "approved");
        }
    }

    private static void awaitEntry(LogKeeper keeper, String post, int comments, String status) {
        await(comments + " comments, " + status).atMost(TIMEOUT).untilAsserted(() -> {
            JsonNode entry = keeper.all(Part.QUERY, "/posts", "posts").stream()
                    .filter(each -> each.path("id").asText().equals(post))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no entry yet"));
            assertThat(entry.path("comments").size()).isEqualTo(comments);
            entry.path("comments")
                    .forEach(comment ->
                            assertThat(comment.path("status").asText()).isEqualTo(status));
        });
    }

    private static void awaitWritten(LogWriters writers, int more) {
        int before = writers.written();
        await(more + " further things to be written").atMost(TIMEOUT).until(() -> {
            writers.requireAtWork();
            return writers.written() >= before + more;
        });
    }

    /** Processes beside an instance, ended with the test. */
    private static final class Copies implements AutoCloseable {
        private final Perilune perilune;
        private final Path folder;
        private final List<Beside> started = new ArrayList<>();

        Copies(Perilune perilune, Path folder) {
            this.perilune = perilune;
            this.folder = folder;
        }

        /** On a port of its own. */
        Beside another(Service service) throws IOException {
            Iterator<Integer> port = Ports.free(1).iterator();
            return started(service, port.next());
        }

        /** Of what was left out, where others look for it. */
        Beside planned(Service service) throws IOException {
            return started(service, perilune.port(Part.of(service)));
        }

        private Beside started(Service service, int port) throws IOException {
            Beside beside = Beside.of(perilune, service, port, folder);
            started.add(beside);
            beside.start();
            return beside;
        }

        @Override
        public void close() {
            started.forEach(Beside::close);
        }
    }
}
