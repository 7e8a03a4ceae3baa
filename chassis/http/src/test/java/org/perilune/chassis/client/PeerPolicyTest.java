package org.perilune.chassis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;

class PeerPolicyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"number\":7}";

    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Peers peers = new Peers(meters);

    record Body(int number) {}

    @AfterEach
    void close() {
        owned.close();
    }

    private ServiceClient client(int port) {
        return owned.add(peers.client("other", URI.create("http://127.0.0.1:" + port), TIMEOUT));
    }

    private static void get(ServiceClient client) {
        assertThat(client.get("/", Optional.empty(), Body.class)).isEqualTo(new Body(7));
    }

    private static void post(ServiceClient client) {
        client.post("/", Optional.empty(), new Body(1), Body.class);
    }

    private double calls(String outcome) {
        return meters.get("http.client.calls")
                .tags("peer", "other", "outcome", outcome)
                .timer()
                .count();
    }

    private double breakerOpen() {
        return meters.get("http.client.breaker.open")
                .tag("peer", "other")
                .gauge()
                .value();
    }

    /** Hangs up on so many in the middle of an answer, answers the next; counts how many came. */
    private ServerSocket hangUpOn(int many, AtomicInteger came) throws IOException {
        var server = owned.add(new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1")));
        Threads.start("hang-up", () -> {
            try {
                while (true) {
                    try (Socket socket = server.accept()) {
                        var in = new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII);
                        new BufferedReader(in).readLine();
                        // Where no byte of an answer came the JDK's client asks once more by itself.
                        String answer = came.incrementAndGet() > many ? ANSWER : ANSWER.substring(0, 20);
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                        socket.getOutputStream().flush();
                    }
                }
            } catch (IOException ended) {
                // The test is over.
            }
        });
        return server;
    }

    @Test
    void asksOnceMoreWhereTheConnectionBroke() throws IOException {
        var came = new AtomicInteger();
        get(client(hangUpOn(1, came).getLocalPort()));
        assertThat(came).hasValue(2);
        assertThat(calls("success")).isEqualTo(1);
        assertThat(meters.get("http.client.retries").counter().count()).isEqualTo(1);
    }

    @Test
    void repeatsNothingThatMayHaveBeenDone() throws IOException {
        var came = new AtomicInteger();
        ServiceClient client = client(hangUpOn(1, came).getLocalPort());
        assertThatThrownBy(() -> post(client)).isInstanceOf(ServiceException.Uncertain.class);
        assertThat(came).hasValue(1);
        assertThat(calls("uncertain")).isEqualTo(1);
    }

    @Test
    void leavesAPeerAloneThatDoesNotAnswerAndTriesItAgain() throws IOException {
        var came = new AtomicInteger();
        int port = hangUpOn(PeerPolicy.FAILURES, came).getLocalPort();
        ServiceClient client = client(port);
        assertThat(breakerOpen()).isZero();
        for (int call = 0; call < PeerPolicy.FAILURES; call++) {
            assertThatThrownBy(() -> post(client)).isInstanceOf(ServiceException.Uncertain.class);
        }
        await().untilAsserted(() -> assertThat(breakerOpen()).isEqualTo(1));
        await().ignoreExceptions().untilAsserted(() -> get(client));
        assertThat(breakerOpen()).isZero();
    }

    /** Nobody listens, so that the breaker never closes. */
    @Test
    void saysThatNothingWasSentWhileThePeerIsLeftAlone() throws IOException {
        var server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        server.close();
        ServiceClient client = client(server.getLocalPort());
        ServiceClient second = client(server.getLocalPort());
        await().untilAsserted(() -> {
            assertThatThrownBy(() -> post(client))
                    .isInstanceOf(ServiceException.Unavailable.class)
                    .isNotInstanceOf(ServiceException.Uncertain.class);
            // Both have one breaker.
            assertThatThrownBy(() -> post(second))
                    .isInstanceOf(ServiceException.Unavailable.class)
                    .isNotInstanceOf(ServiceException.Uncertain.class)
                    .hasMessageContaining("left alone")
                    .hasMessageContaining("Nothing was sent");
        });
        assertThat(calls("breaker-open")).isPositive();
    }

    @Test
    void makesNoMoreCallsThanSoManyAtATime() throws Exception {
        var come = new CountDownLatch(PeerPolicy.CALLS);
        var answer = new CountDownLatch(1);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), PeerPolicy.CALLS);
        owned.add(() -> server.stop(0));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            come.countDown();
            try {
                answer.await();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        ServiceClient client = client(server.getAddress().getPort());
        var calls = new ArrayList<Thread>();
        for (int call = 0; call < PeerPolicy.CALLS; call++) {
            calls.add(Thread.startVirtualThread(
                    () -> client.exchange("POST", "/", Optional.empty(), Optional.of(new byte[0]))));
        }
        come.await();
        assertThatThrownBy(() -> post(client))
                .isInstanceOf(ServiceException.Unavailable.class)
                .isNotInstanceOf(ServiceException.Uncertain.class)
                .hasMessageContaining("under way");
        assertThat(calls("bulkhead-full")).isEqualTo(1);
        answer.countDown();
        for (Thread call : calls) {
            call.join();
        }
        assertThat(calls("success")).isEqualTo(PeerPolicy.CALLS);
        assertThat(meters.get("http.client.calls.active").gauge().value()).isZero();
    }

    @Test
    void doesNotTakeARefusalForAFailure() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        owned.add(() -> server.stop(0));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        ServiceClient client = client(server.getAddress().getPort());
        for (int call = 0; call < 2 * PeerPolicy.FAILURES; call++) {
            assertThatThrownBy(() -> post(client)).isInstanceOf(ServiceException.Unavailable.class);
        }
        assertThat(breakerOpen()).isZero();
        assertThat(List.of(calls("failed"))).containsExactly(2.0 * PeerPolicy.FAILURES);
    }
}
