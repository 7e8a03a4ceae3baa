package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.perilune.chassis.json.Json;

/** HTTP and a stream, for the stand-ins of the uplink. */
final class StandInService implements AutoCloseable {
    private final HttpServer server;
    private final Answering answering;
    private final List<OutputStream> followers = new CopyOnWriteArrayList<>();
    volatile boolean away;

    /** @param caller the name of who asks, which is also the token */
    record Request(String method, String path, Map<String, String> query, JsonNode body, String caller, String key) {}

    record Reply(int status, JsonNode body) {}

    interface Answering {
        Reply answer(Request request);
    }

    StandInService(Answering answering) throws IOException {
        this.answering = answering;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort()).toString();
    }

    int followers() {
        return followers.size();
    }

    void publish(String event, ObjectNode data) {
        byte[] bytes = "event: %s\ndata: %s\n\n".formatted(event, data).getBytes(StandardCharsets.UTF_8);
        followers.removeIf(follower -> !write(follower, bytes));
    }

    /** Breaks off in the middle of an event. */
    void breakOff(String begun) {
        // Who is broken off comes back at once, and is then another.
        List<OutputStream> those = List.copyOf(followers);
        followers.removeAll(those);
        those.forEach(follower -> {
            write(follower, begun.getBytes(StandardCharsets.UTF_8));
            closeQuietly(follower);
        });
    }

    /** As when the service stops: no answers, and the streams end. */
    void leave() {
        away = true;
        breakOff("");
    }

    @Override
    public void close() {
        server.stop(0);
    }

    static Reply fault(int status, String detail, String... fieldAndDetail) {
        var problem = Json.mapper().createObjectNode().put("status", status).put("detail", detail);
        if (fieldAndDetail.length == 2) {
            problem.putArray("errors")
                    .addObject()
                    .put("field", fieldAndDetail[0])
                    .put("detail", fieldAndDetail[1]);
        }
        return new Reply(status, problem);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (away) {
            send(exchange, fault(503, "The database is away"));
            return;
        }
        if (exchange.getRequestURI().getPath().equals("/stream")) {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            write(exchange.getResponseBody(), ": hello\n\n".getBytes(StandardCharsets.UTF_8));
            followers.add(exchange.getResponseBody());
            return;
        }
        String caller = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("")
                .replace("Bearer ", "");
        String key = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Idempotency-Key"))
                .orElse("");
        send(
                exchange,
                answering.answer(new Request(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        query(exchange.getRequestURI().getQuery()),
                        body.length == 0 ? Json.mapper().createObjectNode() : Json.parse(body, JsonNode.class),
                        caller,
                        key)));
    }

    private static Map<String, String> query(String query) {
        return query == null
                ? Map.of()
                : Arrays.stream(query.split("&"))
                        .map(one -> one.split("=", 2))
                        .collect(Collectors.toMap(one -> one[0], one -> one[1], (first, second) -> second));
    }

    private static void send(HttpExchange exchange, Reply reply) {
        try (exchange) {
            byte[] bytes = reply.body().toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .add("Content-Type", reply.status() < 400 ? "application/json" : "application/problem+json");
            exchange.sendResponseHeaders(reply.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean write(OutputStream follower, byte[] bytes) {
        try {
            follower.write(bytes);
            follower.flush();
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private static void closeQuietly(OutputStream follower) {
        try {
            follower.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to close.
        }
    }
}
