package org.perilune.embedded.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.embedded.SearchProcess;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.SearchClient;
import org.perilune.embedded.host.ServerState;

/** Real nodes, real requests. */
final class OpenSearchServerTest {
    private static final String COUNT = "/query-notes/_count";

    @TempDir
    private Path home;

    @TempDir
    private Path other;

    private static void awaitUp(SearchClient node) {
        await().atMost(SearchClient.START).until(() -> node.server().state().up());
    }

    @Test
    void letsInOnlyServicesAndEachToItsOwn() throws Exception {
        try (var node = SearchClient.start(home)) {
            assertThat(node.server().state().detail()).startsWith(ServerState.STARTING);
            awaitUp(node);

            assertThat(node.request("PUT", "/query-notes/_doc/1?refresh=true", "{\"text\":\"contact light\"}")
                            .statusCode())
                    .isEqualTo(201);
            assertThat(node.request("GET", "/query-notes/_search?q=light", "").body())
                    .contains("contact light");
            for (String stranger : new String[] {
                "",
                "Basic",
                "Basic ???",
                "Bearer " + node.password(),
                SearchClient.basic("query", "wrong"),
                SearchClient.basic("query", ""),
                SearchClient.basic("crew", node.password()),
                SearchClient.basic("nobody", ""),
                SearchClient.basic("", "")
            }) {
                for (String path : new String[] {"/", "/query-notes/_search"}) {
                    var refused = node.request("GET", path, "", stranger);
                    assertThat(refused.statusCode()).as(stranger + path).isEqualTo(401);
                    assertThat(refused.body()).doesNotContain("contact");
                }
            }
            for (String path : new String[] {
                "/crew-people/_search",
                "/query-notes,crew-people/_search",
                "/query-notes%2Ccrew-people/_search",
                "/*/_search",
                "/_all/_search",
                "/_search",
                "/_bulk",
                "/_nodes",
                "/_cluster/settings",
                "/_aliases",
                "/_cat/indices",
                "/queryx/_search",
                "/query-notes/_clone/crew-people",
                "/query-notes/_alias/crew-people",
                "/query-notes/_alias/query-all",
                "/query-%2F_doc%2F,crew-*/_search?ignore_unavailable=true",
                "/query-%2f_doc%2f,crew-people/_search"
            }) {
                assertThat(node.request("POST", path, "{}").statusCode())
                        .as(path)
                        .isEqualTo(403);
            }
            String elsewhere = """
                    {"index":{"_index":"crew-people","_id":"1"}}
                    {"text":"forged"}
                    """;
            assertThat(node.request("POST", "/query-notes/_bulk", elsewhere).statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void keepsWhatItConfirmedWhenKilledAndWhenStopped() throws Exception {
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SearchProcess.class.getName(),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        try (var output = run.inputReader(UTF_8)) {
            assertThat(output.lines().anyMatch(line -> line.equals(SearchProcess.READY)))
                    .isTrue();
        } finally {
            run.destroyForcibly().waitFor();
        }
        for (String after : new String[] {"kill", "stop"}) {
            // Two in one JVM get along.
            try (var node = SearchClient.start(home);
                    var second = SearchClient.start(other)) {
                awaitUp(node);
                awaitUp(second);
                await().atMost(SearchClient.START)
                        .untilAsserted(
                                () -> assertThat(node.request("GET", COUNT, "").body())
                                        .as(after)
                                        .contains("\"count\":" + SearchProcess.DOCUMENTS));
                assertThat(second.request("GET", COUNT, "").statusCode()).isEqualTo(404);
            }
        }
    }

    @Test
    void failsAloneWhereItsPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                var node = SearchClient.start(home, taken.getLocalPort(), Duration.ZERO)) {
            await().until(() -> node.server().state().detail().startsWith("did not start"));
            assertThat(node.server().state().up()).isFalse();
        }
    }

    @Test
    void stopsBeforeItHasBegun() throws Exception {
        try (var node = SearchClient.start(home, Ports.choose(0), Duration.ofDays(1))) {
            assertThat(node.server().state().detail()).startsWith(ServerState.STARTING);
        }
    }
}
