package org.perilune.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.tracing.TracingConfig;
import org.perilune.contracts.Role;

/** What a listener refuses before it does anything. */
class HttpLimitsTest {
    private static final int MEBIBYTE = HttpListener.MAX_BODY_BYTES;
    private static final int CONNECTIONS = 20;
    private static final int RATE = 5;

    private static final PrometheusMeterRegistry METERS = Meters.open();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static HttpListener listener;

    @BeforeAll
    static void open() {
        var limits = new HttpLimits(
                CONNECTIONS, 2 * MEBIBYTE, Duration.ofMillis(50), MEBIBYTE, Duration.ofMillis(300), RATE, RATE);
        var config = new HttpConfig(
                "127.0.0.1",
                0,
                Duration.ofSeconds(1),
                TokenConfig.of(URI.create("http://127.0.0.1:1/keys")),
                OptionalInt.of(0),
                TrustedProxies.of("127.0.0.1"),
                limits,
                TracingConfig.OFF);
        listener = HttpListener.open(
                config,
                "test",
                new Health(),
                METERS,
                context -> {
                    String name = context.header("Name");
                    if (name == null) {
                        throw new ServiceException.Unauthenticated("Send a name");
                    }
                    return new Principal(name, Role.OPERATOR, Instant.MAX);
                },
                javalin -> {
                    javalin.routes.get("/open", context -> context.result("here"), Access.OPEN);
                    javalin.routes.post("/open", HttpLimitsTest::length, Access.OPEN);
                    javalin.routes.get("/mine", context -> context.result("here"), Access.VIEWER);
                    javalin.routes.post("/mine", HttpLimitsTest::length, Access.OPERATOR);
                });
    }

    private static void length(io.javalin.http.Context context) {
        context.result(Integer.toString(context.bodyAsBytes().length));
    }

    @AfterAll
    static void close() {
        HTTP.shutdownNow();
        listener.close();
        METERS.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static HttpRequest.Builder to(String path) {
        return to(listener.port(), path);
    }

    private static HttpResponse<String> post(String name, int bytes) throws Exception {
        return send(to("/mine").header("Name", name).POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes])));
    }

    private static double refused(String reason) {
        return METERS.get("http.refused").tag("reason", reason).counter().count();
    }

    private static double heldBytes() {
        return METERS.get("memory.budget.held")
                .tag("budget", "request-bodies")
                .gauge()
                .value();
    }

    /** Says how long its body is, and sends some of it. */
    private static Socket begin(String name, String length, String some) throws IOException {
        var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.port());
        socket.setSoTimeout(20_000);
        OutputStream out = socket.getOutputStream();
        out.write(("POST /mine HTTP/1.1\r\nHost: x\r\nName: " + name + "\r\n" + length + "\r\n\r\n" + some)
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        return String.valueOf(
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine());
    }

    @Test
    void boundsTheBytesOfAllBodiesTogether() throws Exception {
        double before = refused("body-room");
        try (Socket first = begin("ann", "Content-Length: " + MEBIBYTE, "");
                Socket second = begin("bob", "Transfer-Encoding: chunked", "")) {
            await().until(() -> heldBytes() == 2 * MEBIBYTE);
            HttpResponse<String> third = post("cat", 10);
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused("body-room")).isGreaterThan(before);
            // What has no body needs no room.
            assertThat(send(to("/mine").header("Name", "dan")).statusCode()).isEqualTo(200);
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
        await().until(() -> heldBytes() == 0);
        assertThat(post("eve", MEBIBYTE).body()).isEqualTo(Integer.toString(MEBIBYTE));
        await().until(() -> heldBytes() == 0);
    }

    @Test
    void cutsBodiesThatComeTooSlowly() throws Exception {
        double before = refused("body-slow");
        try (Socket slow = begin("fay", "Content-Length: " + MEBIBYTE, "")) {
            OutputStream out = slow.getOutputStream();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                if (slow.getInputStream().available() == 0) {
                    out.write(' ');
                    out.flush();
                    return false;
                }
                return true;
            });
            assertThat(status(slow)).startsWith("HTTP/1.1 408");
        }
        assertThat(refused("body-slow")).isGreaterThan(before);
        await().until(() -> heldBytes() == 0);
    }

    @Test
    void takesLittleFromWhoeverShowsNoToken() throws Exception {
        byte[] most = new byte[HttpListener.MAX_OPEN_BODY_BYTES];
        byte[] more = new byte[HttpListener.MAX_OPEN_BODY_BYTES + 1];
        assertThat(send(from("192.0.2.1", "/open").POST(HttpRequest.BodyPublishers.ofByteArray(most)))
                        .statusCode())
                .isEqualTo(200);
        for (var body : List.of(
                HttpRequest.BodyPublishers.ofByteArray(more),
                HttpRequest.BodyPublishers.ofByteArrays(List.of(most, new byte[1])))) {
            HttpResponse<String> refused = send(from("192.0.2.1", "/open").POST(body));
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body()).contains("urn:perilune:problem:content-too-large");
        }
    }

    private static HttpRequest.Builder from(String address, String path) {
        return to(path).header("X-Forwarded-For", address);
    }

    /** More than come at once and in the seconds that this takes. */
    private static HttpResponse<String> refusedAtLast(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = send(request);
        for (int more = 0; answer.statusCode() != 429 && more < 100 * RATE; more++) {
            answer = send(request);
        }
        return answer;
    }

    @Test
    void givesEachPrincipalARate() throws Exception {
        HttpResponse<String> refused = refusedAtLast(to("/mine").header("Name", "gus"));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("urn:perilune:problem:too-many", "gus");
        assertThat(send(to("/mine").header("Name", "hal")).statusCode()).isEqualTo(200);
        assertThat(refused("principal-rate")).isPositive();
    }

    @Test
    void givesEachAddressWithoutATokenARate() throws Exception {
        assertThat(refusedAtLast(from("198.51.100.7", "/mine")).statusCode()).isEqualTo(429);
        // Whatever it says was before it.
        assertThat(send(from("203.0.113.1, 198.51.100.7", "/open")).statusCode())
                .isEqualTo(429);
        assertThat(send(from("198.51.100.8", "/open")).statusCode()).isEqualTo(200);
        assertThat(send(from("198.51.100.7", "/mine").header("Name", "ida")).statusCode())
                .isEqualTo(200);
        assertThat(refused("address-rate")).isPositive();
    }

    @Test
    void hasProbesAndMetricsAtTheManagementPortOnly() throws Exception {
        int management = listener.managementPort();
        assertThat(management).isNotEqualTo(listener.port());
        for (String path : List.of("/health", "/started", "/ready", "/metrics")) {
            assertThat(send(to(management, path)).statusCode()).as(path).isEqualTo(200);
            assertThat(send(from("192.0.2.9", path)).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(send(to(management, "/open")).statusCode()).isEqualTo(404);
    }

    @Test
    void acceptsNoMoreConnectionsThanItMay() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < 2 * CONNECTIONS) {
                sockets.add(new Socket(InetAddress.ofLiteral("127.0.0.1"), listener.port()));
            }
            await().until(() -> METERS.get("http.connections").gauge().value() == CONNECTIONS);
            // The management port still answers.
            assertThat(send(to(listener.managementPort(), "/ready")).statusCode())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().until(() -> METERS.get("http.connections").gauge().value() < CONNECTIONS);
        assertThat(send(from("192.0.2.10", "/open")).statusCode()).isEqualTo(200);
    }
}
