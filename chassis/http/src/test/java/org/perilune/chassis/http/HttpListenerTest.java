package org.perilune.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.ServiceClient;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;

class HttpListenerTest {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final PrometheusMeterRegistry meters = Meters.open();
    private final Health health = new Health();
    private final HttpListener listener = open(Duration.ofSeconds(3));
    private final HttpClient http = HttpClient.newHttpClient();

    record Body(int number) {}

    private HttpListener open(Duration drain) {
        return HttpListener.open(
                new HttpConfig("127.0.0.1", 0, drain, TokenConfig.of(URI.create("http://127.0.0.1:1/keys"))),
                "test",
                health,
                meters,
                context -> {
                    String role = context.header("Role");
                    return Role.ofWireName(role == null ? "" : role)
                            .map(known -> new Principal("tester", known, Instant.MAX))
                            .orElseThrow(() -> new ServiceException.Unauthenticated("Send a role"));
                },
                javalin -> {
                    javalin.routes.get("/forgotten", context -> context.result("leaked"));
                    javalin.routes.get("/operators", context -> context.result("here"), Access.OPERATOR);
                    javalin.routes.post(
                            "/body", context -> context.json(Requests.json(context, Body.class)), Access.OPEN);
                    javalin.routes.get(
                            "/cached", context -> context.header("Cache-Control", "max-age=60"), Access.OPEN);
                    javalin.routes.get(
                            "/broken",
                            context -> {
                                throw new IllegalStateException("a canary");
                            },
                            Access.OPEN);
                    javalin.routes.get(
                            "/stream",
                            context -> {
                                Requests.lasts(context);
                                context.result("over");
                            },
                            Access.OPEN);
                    javalin.routes.get(
                            "/slow",
                            context -> {
                                entered.countDown();
                                context.result(release.await(10, TimeUnit.SECONDS) ? "done" : "late");
                            },
                            Access.OPEN);
                });
    }

    @Test
    void measuresHowLongRequestsTakeButNotThoseThatGoOnAsLongAsSomebodyLikes() throws Exception {
        get("/cached", "");
        get("/stream", "");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(meters.scrape())
                        .contains("http_server_requests_seconds_count{method=\"GET\",route=\"/cached\"")
                        .contains("http_server_streams_total{method=\"GET\",route=\"/stream\"")
                        .doesNotContain("http_server_requests_seconds_count{method=\"GET\",route=\"/stream\""));
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        listener.close();
        meters.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path));
    }

    private int get(String path, String role) throws Exception {
        return send(to(path).header("Role", role)).statusCode();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String contentType, String body) throws Exception {
        return send(to("/body").header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void admitsByRoleAndDeniesWhatWasForgotten() throws Exception {
        assertThat(get("/operators", "operator")).isEqualTo(200);
        assertThat(get("/operators", "administrator")).isEqualTo(200);
        assertThat(get("/operators", "viewer")).isEqualTo(403);
        assertThat(get("/operators", "none")).isEqualTo(401);
        assertThat(get("/forgotten", "administrator")).isEqualTo(403);
        assertThat(get("/ready", "none")).isEqualTo(200);
    }

    @Test
    void saysWhyItRefused() throws Exception {
        HttpResponse<String> nobody = send(to("/operators"));
        assertProblem(nobody, 401, "unauthenticated");
        assertThat(nobody.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(nobody.body()).contains("Send a role", "\"instance\":\"urn:uuid:");

        HttpResponse<String> viewer = send(to("/operators").header("Role", "viewer"));
        assertProblem(viewer, 403, "forbidden");
        assertThat(viewer.body()).contains("tester has the role viewer");
    }

    @Test
    void keepsAnswersOutOfCachesUnlessTheServiceSaysOtherwise() throws Exception {
        for (String path : List.of("/operators", "/nowhere", "/broken", "/ready")) {
            HttpResponse<String> answer = send(to(path).header("Role", "operator"));
            assertThat(answer.headers().allValues("X-Content-Type-Options"))
                    .as(path)
                    .containsExactly("nosniff");
            assertThat(answer.headers().allValues("Cache-Control")).as(path).containsExactly("no-store");
        }
        assertThat(send(to("/cached")).headers().allValues("Cache-Control")).containsExactly("max-age=60");
    }

    @Test
    void answersBadInputAsProblems() throws Exception {
        assertThat(post("application/json", "{\"number\":1}").statusCode()).isEqualTo(200);
        assertProblem(post("application/json", "{"), 400, "malformed");
        assertProblem(post("application/json", "{\"number\":1,\"other\":2}"), 422, "invalid");
        assertProblem(post("application/json", "{\"number\":\"x\"}"), 422, "invalid");
        assertProblem(post("text/plain", "{}"), 415, "unsupported-media-type");
        assertProblem(send(to("/nowhere")), 404, "not-found");
        assertProblem(send(to("/body")), 405, "method-not-allowed");
        String tooLarge = "{\"number\":\"" + "1".repeat(HttpListener.MAX_BODY_BYTES) + "\"}";
        assertProblem(post("application/json", tooLarge), 413, "content-too-large");
    }

    @Test
    void tellsNothingOfUnexpectedFailures() throws Exception {
        HttpResponse<String> broken = send(to("/broken"));
        assertProblem(broken, 500, "internal");
        assertThat(broken.body()).doesNotContain("canary", "IllegalState");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(Problem.CONTENT_TYPE);
        assertThat(answer.body()).contains("urn:perilune:problem:" + type);
    }

    @Test
    void refusesWhatIsNoProperHttp() throws Exception {
        assertThat(raw("GET /ready HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(17_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(raw("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"))
                .startsWith("HTTP/1.1 400");
    }

    private String raw(String request) throws Exception {
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.port())) {
            socket.setSoTimeout(5_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void finishesRequestsUnderWayWhenItStops() throws Exception {
        var answer = http.sendAsync(to("/slow").build(), HttpResponse.BodyHandlers.ofString());
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(listener::close);
        org.awaitility.Awaitility.await().until(() -> health.report().status().equals("down"));
        release.countDown();
        assertThat(answer.get(5, TimeUnit.SECONDS).body()).isEqualTo("done");
        closed.get(5, TimeUnit.SECONDS);
    }

    @Test
    void stopsAtOnceWhenConnectionsAreOnlyKept() throws Exception {
        HttpListener patient = open(Duration.ofHours(1));
        send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + patient.port() + "/ready")));
        // One that waited for the client to close the connection would wait for an hour.
        CompletableFuture.runAsync(patient::close).get(20, TimeUnit.SECONDS);
    }

    @Test
    void keepsConnectionsLongerThanItsClientsDo() {
        assertThat(listener.kept()).isGreaterThan(ServiceClient.KEEP_ALIVE);
    }
}
