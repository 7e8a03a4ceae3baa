package org.perilune.chassis.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.perilune.chassis.runtime.Resources;

/** Two listeners at one port of two addresses, as two copies of a service behind one name. */
class AddressesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final InetAddress FIRST = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress SECOND = InetAddress.ofLiteral("127.0.0.2");

    private final Resources owned = new Resources();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    /** The host that was asked for, by the address that was asked. */
    private final Map<InetAddress, String> asked = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        owned.close();
    }

    private int listen(InetAddress address, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
        owned.add(() -> server.stop(0));
        server.createContext("/", exchange -> {
            asked.put(address, exchange.getRequestHeaders().getFirst("Host") + exchange.getRequestURI());
            byte[] answer = "7".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return server.getAddress().getPort();
    }

    private ServiceClient client(int port, InetAddress... addresses) {
        return owned.add(ServiceClient.open(
                new PeerPolicy("other", meters),
                host -> addresses,
                "other",
                URI.create("http://other.example:" + port),
                TIMEOUT,
                TIMEOUT));
    }

    private static void get(ServiceClient client) {
        assertThat(client.get("/a%20b?c=%2F", Optional.empty(), Integer.class)).isEqualTo(7);
    }

    @Test
    void asksAllAddressesInTurnByTheirName() throws IOException {
        int port = listen(FIRST, 0);
        listen(SECOND, port);
        ServiceClient client = client(port, FIRST, SECOND);
        get(client);
        get(client);
        String host = "other.example:" + port + "/a%20b?c=%2F";
        assertThat(asked).isEqualTo(Map.of(FIRST, host, SECOND, host));
    }

    @Test
    void takesAnotherAddressWhereNobodyListensAndPassesItOver() throws IOException {
        int port = listen(SECOND, 0);
        ServiceClient client = client(port, FIRST, SECOND);
        for (int call = 0; call < 10; call++) {
            get(client);
        }
        assertThat(asked).containsOnlyKeys(SECOND);
        assertThat(meters.get("http.client.retries").counter().count()).isEqualTo(1);
    }

    @Test
    void writesAddressesOfBothKinds() {
        URI uri = URI.create("https://other.example:5001/a?b=c");
        assertThat(Addresses.at(InetAddress.ofLiteral("10.0.0.7"), uri)).hasToString("https://10.0.0.7:5001/a?b=c");
        assertThat(Addresses.at(InetAddress.ofLiteral("fd00::7"), uri))
                .hasToString("https://[fd00:0:0:0:0:0:0:7]:5001/a?b=c");
    }
}
