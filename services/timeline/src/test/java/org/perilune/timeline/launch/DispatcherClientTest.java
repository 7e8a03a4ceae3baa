package org.perilune.timeline.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.settings.Secret;
import org.perilune.timeline.event.Event;
import org.perilune.timeline.event.EventCommand;
import org.perilune.timeline.event.EventKind;
import org.perilune.timeline.event.EventState;

/** What is surely not taken may be dispatched anew; what may have been taken is asked for. */
class DispatcherClientTest {
    private static final EventCommand COMMAND = new EventCommand("PING", "{}", null, "kranz");

    private final Resources owned = new Resources();
    private final Peers peers = new Peers(new SimpleMeterRegistry());

    @AfterEach
    void close() {
        owned.close();
    }

    private DispatcherClient dispatcherAt(ServerSocket socket) throws IOException {
        HttpServer crew = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        owned.add(() -> crew.stop(0));
        crew.createContext("/tokens", exchange -> {
            byte[] answer = "{\"access_token\":\"token\",\"expires_in\":3600}".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        crew.start();
        ServiceTokens tokens = owned.add(ServiceTokens.open(
                peers,
                "timeline",
                new Secret("a secret of some length"),
                at(crew.getAddress().getPort()),
                Clock.systemUTC()));
        return owned.add(new DispatcherClient(peers, at(socket.getLocalPort()), tokens));
    }

    private static URI at(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static Event event() {
        Instant now = Instant.parse("2026-12-01T13:32:00Z");
        return new Event(
                UUID.randomUUID(),
                "ping",
                EventKind.PLANNED,
                now,
                null,
                "eagle",
                COMMAND,
                false,
                null,
                null,
                EventState.PLANNED,
                null,
                null,
                "kranz",
                now,
                "kranz",
                now,
                1,
                0,
                null,
                null);
    }

    @Test
    void whatWasNotSentSinceTheDispatcherIsLeftAloneWasNotTaken() throws IOException {
        var nobody = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        DispatcherClient dispatcher = dispatcherAt(nobody);
        nobody.close();
        await().untilAsserted(() -> {
            DispatcherClient.Outcome outcome = dispatcher.dispatch(event(), COMMAND);
            assertThat(outcome).isInstanceOf(DispatcherClient.Outcome.NotTaken.class);
            assertThat(outcome.toString()).contains("left alone");
        });
    }

    @Test
    void whatWasSentToADispatcherThatHangsUpMayHaveBeenTaken() throws IOException {
        var hangingUp = owned.add(new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1")));
        Threads.start("hang-up", () -> {
            try {
                while (true) {
                    try (var socket = hangingUp.accept()) {
                        assertThat(socket.getInputStream().read()).isPositive();
                    }
                }
            } catch (IOException ended) {
                // The test is over.
            }
        });
        assertThat(dispatcherAt(hangingUp).dispatch(event(), COMMAND))
                .isInstanceOf(DispatcherClient.Outcome.Unsure.class);
    }
}
