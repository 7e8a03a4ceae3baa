package org.perilune.chassis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.Threads;

class ServiceClientTest {
    /** Longer than a machine pauses. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** For what never comes. */
    private static final Duration SHORT = Duration.ofMillis(300);

    private final CountDownLatch answered = new CountDownLatch(1);
    private final ServerSocket server = listen();
    private final URI address = URI.create("http://127.0.0.1:" + server.getLocalPort());
    private final ServiceClient client = ServiceClient.open("other", address, TIMEOUT);
    private final ServiceClient impatient = ServiceClient.open("other", address, SHORT);

    record Body(int number) {}

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Says what it is told to and then nothing, without hanging up. */
    private void answer(String text) {
        Threads.start("answer", () -> {
            try (Socket socket = server.accept()) {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                answered.await();
            } catch (IOException | InterruptedException ended) {
                // The test is over.
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        answered.countDown();
        client.close();
        impatient.close();
        server.close();
    }

    private static String head(int status, int length) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void takesAnAnswer() {
        answer(head(200, 12) + "{\"number\":7}");
        assertThat(client.get("/", Optional.empty(), Body.class)).isEqualTo(new Body(7));
    }

    @Test
    void waitsForNoBodyLongerThanItsDeadline() {
        answer(head(200, 100) + "{");
        // The answer never ends: without the deadline neither would this test.
        assertThatThrownBy(() -> impatient.get("/", Optional.empty(), Body.class))
                .isInstanceOf(ServiceException.Unavailable.class)
                .hasMessageContaining("other does not answer");
    }

    @Test
    void waitsForNoRefusalOfAStreamLongerThanItsDeadline() {
        answer(head(404, 100) + "{");
        assertThatThrownBy(() -> impatient.stream("/", Optional.empty()))
                .isInstanceOf(ServiceException.Unavailable.class);
    }

    @Test
    void readsStreamsThatNeverEnd() throws IOException {
        answer("HTTP/1.1 200 OK\r\n\r\nfirst");
        try (InputStream stream = client.stream("/", Optional.empty())) {
            assertThat(new String(stream.readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("first");
        }
    }

    @Test
    void passesOnWhyAStreamWasRefused() {
        String problem = "{\"detail\":\"no device eagle\"}";
        answer(head(404, problem.length()) + problem);
        assertThatThrownBy(() -> client.stream("/", Optional.empty()))
                .isInstanceOf(ServiceException.NotFound.class)
                .hasMessage("no device eagle");
    }

    @Test
    void refusesAnswersWithoutBounds() {
        answer(head(200, Integer.MAX_VALUE) + "{");
        assertThatThrownBy(() -> impatient.get("/", Optional.empty(), Body.class))
                .isInstanceOf(ServiceException.Unavailable.class);
    }

    @Test
    void saysThatTheOtherSideIsAway() throws IOException {
        server.close();
        assertThatThrownBy(() -> client.get("/", Optional.empty(), Body.class))
                .isInstanceOf(ServiceException.Unavailable.class)
                .hasMessageContaining("other does not answer at http://127.0.0.1");
    }

    @Test
    void endsAStreamThatSaysNothingAnyMore() throws IOException {
        answer("HTTP/1.1 200 OK\r\n\r\nfirst");
        var policy = new PeerPolicy("other", new SimpleMeterRegistry());
        try (var watchful = ServiceClient.open(policy, InetAddress::getAllByName, "other", address, TIMEOUT, SHORT);
                InputStream stream = watchful.stream("/", Optional.empty())) {
            assertThat(new String(stream.readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("first");
            assertThatThrownBy(stream::read).isInstanceOf(IOException.class).hasMessageContaining("other said nothing");
        }
    }

    @Test
    void saysThatWhatWasSentMayHaveBeenDone() throws IOException {
        answer("");
        assertThatThrownBy(() -> impatient.post("/", Optional.empty(), new Body(1), Body.class))
                .isInstanceOf(ServiceException.Uncertain.class)
                .hasMessageContaining("may have been done");
        answer("");
        assertThatThrownBy(() -> impatient.get("/", Optional.empty(), Body.class))
                .isInstanceOf(ServiceException.Unavailable.class)
                .isNotInstanceOf(ServiceException.Uncertain.class);
        server.close();
        assertThatThrownBy(() -> client.post("/", Optional.empty(), new Body(1), Body.class))
                .isInstanceOf(ServiceException.Unavailable.class)
                .isNotInstanceOf(ServiceException.Uncertain.class);
    }

    @Test
    void asksAgainWhenAKeptConnectionWasClosedMeanwhile() throws Exception {
        var closed = new CountDownLatch(1);
        Threads.start("answer-and-hang-up", () -> {
            try {
                Socket kept = server.accept();
                readHead(kept);
                kept.getOutputStream().write((head(200, 12) + "{\"number\":1}").getBytes(StandardCharsets.US_ASCII));
                // Takes the next request and hangs up instead of an answer: the race at the end of keep-alive.
                readHead(kept);
                kept.close();
                closed.countDown();
                try (Socket fresh = server.accept()) {
                    readHead(fresh);
                    fresh.getOutputStream()
                            .write((head(200, 12) + "{\"number\":2}").getBytes(StandardCharsets.US_ASCII));
                    answered.await();
                }
            } catch (IOException | InterruptedException ended) {
                // The test is over.
            }
        });
        assertThat(client.get("/", Optional.empty(), Body.class)).isEqualTo(new Body(1));
        assertThat(client.get("/", Optional.empty(), Body.class)).isEqualTo(new Body(2));
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void readHead(Socket socket) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            assertThat(line).isNotBlank();
        }
    }
}
