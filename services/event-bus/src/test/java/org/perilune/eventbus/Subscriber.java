package org.perilune.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.perilune.chassis.json.Json;

/** Somebody else's server, which events are sent to; in one of several moods. */
public final class Subscriber implements AutoCloseable {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Mood mood = exchange -> 204;

    /** What is done with a request: answers the status, or below 0 that it has answered. */
    @FunctionalInterface
    public interface Mood {
        int answer(HttpExchange exchange) throws IOException;
    }

    /** @param status that was answered */
    public record Received(
            String path, String delivery, String signature, String contentType, byte[] body, int status) {
        public int number() {
            return json().path("data").path("n").asInt();
        }

        public JsonNode json() {
            try {
                return Json.mapper().readTree(body);
            } catch (IOException failure) {
                throw new IllegalStateException("The body is not JSON", failure);
            }
        }
    }

    public Subscriber() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url(String path) {
        return "http://localhost:" + port() + path;
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** Never answers, until the end. */
    public int hang(HttpExchange exchange) {
        try {
            closing.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return 500;
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    /** Numbers of the events that were answered with 2xx, in their order. */
    public List<Integer> taken() {
        return received.stream()
                .filter(request -> request.status() / 100 == 2)
                .map(Received::number)
                .toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status = mood.answer(exchange);
            var headers = exchange.getRequestHeaders();
            received.add(new Received(
                    exchange.getRequestURI().toString(),
                    String.valueOf(headers.getFirst("Perilune-Delivery")),
                    String.valueOf(headers.getFirst("Perilune-Signature")),
                    String.valueOf(headers.getFirst("Content-Type")),
                    body,
                    status));
            if (status >= 0) {
                exchange.sendResponseHeaders(status, -1);
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}
