package org.perilune.commanddispatcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.perilune.chassis.json.Json;

/** Answers as telemetry and crew do, as far as verification asks them. */
public final class FakeTelemetry implements AutoCloseable {
    private final HttpServer server;
    private final List<Reading> readings = new CopyOnWriteArrayList<>();
    private final List<Follower> followers = new CopyOnWriteArrayList<>();
    public volatile boolean away;
    /** What is shown live is not stored yet. */
    public volatile boolean onlyLive;

    /** How many readings were given out. */
    public final AtomicLong given = new AtomicLong();

    public final AtomicLong questions = new AtomicLong();
    /** How often it was asked for what is known of a device. */
    public final AtomicLong factsAsked = new AtomicLong();

    private record Follower(String query, LinkedBlockingQueue<String> events) {}

    private record Reading(String device, Instant time, String name, double value) {}

    public FakeTelemetry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/tokens", exchange -> answer(exchange, "{\"access_token\":\"t\",\"expires_in\":900}"));
        server.createContext("/data", this::data);
        server.createContext("/stream", this::stream);
        server.createContext("/devices/", exchange -> {
            factsAsked.incrementAndGet();
            answer(exchange, "{\"parameters\":[{\"name\":\"speed\",\"unit\":\"m/s\"}]}");
        });
        server.start();
    }

    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public void show(String device, Instant time, String name, double value) {
        if (!onlyLive) {
            readings.add(new Reading(device, time, name, value));
        }
        String event = "event: frames\ndata: {\"frames\":[{\"device\":\"%s\",\"timestamp\":\"%s\",\"received\":\"%s\","
                        .formatted(device, time, time)
                + "\"epoch\":\"1\",\"seq\":\"1\",\"status\":\"nominal\",\"values\":{\"%s\":%s}}],\"skipped\":0}\n\n"
                        .formatted(name, value);
        followers.forEach(follower -> follower.events.add(event));
    }

    /** A stream whose other end is gone counts until something is written to it. */
    public boolean isFollowed(String device) {
        return followers.stream().anyMatch(follower -> follower.query.contains("device=" + device));
    }

    private void data(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String device = parameter(query, "device");
        String from = parameter(query, "from");
        String to = parameter(query, "to");
        ObjectNode page = Json.mapper().createObjectNode();
        var data = page.putArray("data");
        var newestFirst = new ArrayList<>(readings);
        newestFirst.sort(Comparator.comparing(Reading::time).reversed());
        for (Reading reading : newestFirst) {
            if (reading.device.equals(device)
                    && (from.isEmpty() || !reading.time.isBefore(Instant.parse(from)))
                    && (to.isEmpty() || !reading.time.isAfter(Instant.parse(to)))) {
                data.addObject()
                        .put("device", device)
                        .put("timestamp", reading.time.toString())
                        .put(reading.name, reading.value);
            }
        }
        int offset = parameter(query, "cursor").isEmpty() ? 0 : Integer.parseInt(parameter(query, "cursor"));
        int end = Math.min(data.size(), offset + Integer.parseInt(parameter(query, "limit")));
        page.put("next", end < data.size() ? Integer.toString(end) : null);
        while (data.size() > end) {
            data.remove(data.size() - 1);
        }
        for (int before = 0; before < offset; before++) {
            data.remove(0);
        }
        questions.incrementAndGet();
        given.addAndGet(data.size());
        answer(exchange, page.toString());
    }

    private static String parameter(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return "";
    }

    private void stream(HttpExchange exchange) throws IOException {
        if (away) {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        var follower = new Follower(String.valueOf(exchange.getRequestURI().getQuery()), new LinkedBlockingQueue<>());
        followers.add(follower);
        try (var out = exchange.getResponseBody()) {
            out.write(": follow\n\n".getBytes(UTF_8));
            out.flush();
            while (true) {
                out.write(follower.events.take().getBytes(UTF_8));
                out.flush();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        } finally {
            followers.remove(follower);
        }
    }

    private void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(away ? 503 : 200, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
