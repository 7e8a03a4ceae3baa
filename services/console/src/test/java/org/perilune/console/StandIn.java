package org.perilune.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.perilune.chassis.json.Json;

/** telemetry, status and crew as docs/api.md describes them, with what a test wants them to say. */
final class StandIn implements AutoCloseable {
    static final String PASSWORD = "a password of the test";
    private final HttpServer server;
    private final List<OutputStream> followers = new CopyOnWriteArrayList<>();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    volatile boolean telemetryAway;
    volatile boolean seriesAway;
    volatile int uptime = 99;
    volatile double battery = 31;
    volatile boolean seriesComplete = true;
    volatile boolean crewAway;
    /** Of each token that was asked for, whether the session was used. */
    final List<Boolean> uses = new CopyOnWriteArrayList<>();

    volatile int devices = 3;
    volatile String moduleState = "online";
    volatile String traces = "{\"spans\":[],\"away\":[]}";
    /** By person; who is not in it is an administrator. */
    final Map<String, String> roles = new ConcurrentHashMap<>();

    final List<String> asked = new CopyOnWriteArrayList<>();

    StandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void endSessions() {
        ended.addAll(sessions);
        sessions.clear();
    }

    boolean isOpen(String session) {
        return sessions.contains(session);
    }

    /** Which sessions have ended, at once if somebody does not know, or a little later. */
    private void revocations(HttpExchange exchange) throws IOException {
        String version = Integer.toString(ended.size());
        if (String.valueOf(exchange.getRequestURI().getQuery()).endsWith("=" + version)) {
            reply(exchange, 200, "{\"version\":\"" + version + "\"}");
            return;
        }
        String list = ended.stream().map(session -> "\"id-" + session + "\"").collect(Collectors.joining(","));
        reply(exchange, 200, "{\"version\":\"" + version + "\",\"sessions\":[" + list + "]}");
    }

    int followers() {
        return followers.size();
    }

    /** A frame to everybody who follows. */
    void frame(String device, Instant time, String values) {
        send("""
                event: frames
                data: {"frames":[{"device":"%s","timestamp":"%s","received":"%s","epoch":"1","seq":"9","status":"nominal","values":%s}],"skipped":0}

                """.formatted(device, time, Instant.now(), values));
    }

    private void send(String event) {
        followers.removeIf(follower -> {
            try {
                follower.write(event.getBytes(StandardCharsets.UTF_8));
                follower.flush();
                return false;
            } catch (IOException gone) {
                return true;
            }
        });
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(exchange.getRequestURI().toString());
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (telemetryAway && (path.startsWith("/devices") || path.equals("/stream"))) {
            reply(exchange, 503, "{\"detail\":\"The database is away\"}");
            return;
        }
        if (crewAway && path.startsWith("/sessions")) {
            reply(exchange, 503, "{\"detail\":\"The database is away\"}");
            return;
        }
        if (path.startsWith("/devices/")) {
            String name = path.substring("/devices/".length());
            boolean known = name.equals("lunar-module");
            reply(exchange, known ? 200 : 404, known ? module() : "{\"detail\":\"no\"}");
            return;
        }
        switch (path) {
            case "/sessions" -> logIn(exchange, body);
            case "/revocations" -> revocations(exchange);
            case "/sessions/token" -> {
                uses.add(body.contains("\"used\":true"));
                Optional<String> open = sessions.stream().filter(body::contains).findFirst();
                reply(
                        exchange,
                        open.isPresent() ? 200 : 401,
                        open.map(session -> access("\"session_id\":\"id-" + session + "\",", session.split("-")[1]))
                                .orElse("{\"detail\":\"ended\"}"));
            }
            case "/sessions/end" -> {
                sessions.stream().filter(body::contains).forEach(ended::add);
                sessions.removeIf(body::contains);
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            }
            case "/devices" -> reply(exchange, 200, fleet());
            case "/series" ->
                reply(
                        exchange,
                        seriesAway ? 503 : 200,
                        seriesAway ? "{}" : series(exchange.getRequestURI().getQuery()));
            case "/data.csv" -> {
                if (String.valueOf(exchange.getRequestURI().getQuery()).contains("broken")) {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(new byte[200_000]);
                    exchange.getResponseBody().flush();
                    throw new IOException("telemetry breaks off");
                }
                reply(exchange, 200, "timestamp,altitude\n");
            }
            case "/rejects" -> reply(exchange, 200, """
                    {"total":1,"rejects":[{"received":"2026-11-21T02:38:00Z","device":"probe-1","topic":"fleet/probe-1/telemetry","reason":"not a Telemetry message: <b>bytes</b>","payload_base64":""}]}""");
            case "/traces" -> reply(exchange, 200, traces);
            case "/status" -> reply(exchange, 200, """
                    {"status":"up","version":"0.1.0","uptime_seconds":99,"services":[{"name":"telemetry","state":"up","address":"127.0.0.1","port":8000,"detail":"ready","uptime_seconds":99,"memory_bytes":123456789,"latency_ms":1.2}],
                    "stores":[{"name":"postgresql","state":"down","address":"127.0.0.1","port":15432,"detail":"does not answer; ingest goes on","uptime_seconds":null,"memory_bytes":null,"latency_ms":null}],"ingest":{"frames_per_second":17.5,"lag_seconds":0.01},
                    "events":[{"service":"comments","outbox_waiting":2,"queues":[{"name":"comments.events","lag_seconds":0.2,"handled":1234,"failures":1}]},{"service":"posts","outbox_waiting":null,"queues":[]}]}""".replace("99,\"memory", uptime + ",\"memory"));
            case "/stream" -> {
                exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                followers.add(exchange.getResponseBody());
            }
            default -> reply(exchange, 404, "{\"detail\":\"no such path\"}");
        }
    }

    private void logIn(HttpExchange exchange, String body) throws IOException {
        if (!body.contains(PASSWORD)) {
            reply(exchange, 401, "{\"detail\":\"wrong\"}");
            return;
        }
        String name = Json.parse(body.getBytes(StandardCharsets.UTF_8), JsonNode.class)
                .path("name")
                .asText();
        String session = "session-" + name + "-" + Long.toHexString(System.nanoTime());
        sessions.add(session);
        reply(exchange, 201, access("\"session\":\"" + session + "\",", name));
    }

    private String access(String first, String name) {
        return "{" + first
                + "\"access_token\":\"%s\",\"expires_in\":300,\"name\":\"%s\",\"role\":\"%s\"}"
                        .formatted(name, name, roles.getOrDefault(name, "administrator"));
    }

    private String fleet() {
        String others = java.util.stream.IntStream.range(1, devices)
                .mapToObj(number ->
                        device("probe-" + number, "probe", number % 3 == 0 ? "dark" : "late", Map.of("altitude", 50.0)))
                .collect(Collectors.joining(","));
        return "{\"devices\":[" + module() + (others.isEmpty() ? "" : "," + others) + "]}";
    }

    private String module() {
        return device(
                "lunar-module",
                "lunar-module",
                moduleState,
                Map.of("position", 215.0, "altitude", angleAltitude(215), "speed", 1200.25, "battery", battery));
    }

    private static double angleAltitude(double degrees) {
        return 3660.0 * (1 - 0.0025) / (1 + 0.05 * Math.cos(Math.toRadians(degrees - 60))) - 1737.4;
    }

    private static String device(String name, String type, String state, Map<String, Double> values) {
        Instant now = Instant.now();
        String held = values.entrySet().stream()
                .map(value -> "\"%s\":{\"value\":%s,\"time\":\"%s\"}".formatted(value.getKey(), value.getValue(), now))
                .collect(Collectors.joining(","));
        return """
                {"name":"%s","type":"%s","state":"%s","since":"%s","last_contact":"%s","last_time":"%s","status":"nominal","report_interval_millis":1000,
                "silence_from":"%s","silence_until":"%s","session":"1","gaps":2,"duplicates_today":3,"rejected_today":4,"values":{%s},
                "parameters":[{"name":"altitude","unit":"km","description":"Above the Moon","warning_low":100,"warning_high":null,"critical_low":20,"critical_high":null},
                {"name":"battery","unit":"%%","description":"State of charge","warning_low":40,"warning_high":null,"critical_low":20,"critical_high":null},
                {"name":"position","unit":"°","description":"","warning_low":null,"warning_high":null,"critical_low":null,"critical_high":null},
                {"name":"speed","unit":"m/s","description":"","warning_low":null,"warning_high":null,"critical_low":null,"critical_high":null}]}""".formatted(
                name, type, state, now.minusSeconds(600), now, now, now.plusSeconds(700), now.plusSeconds(4000), held);
    }

    private String series(String query) {
        Map<String, String> asked = Arrays.stream(query.split("&"))
                .collect(Collectors.toMap(
                        one -> one.substring(0, one.indexOf('=')), one -> one.substring(one.indexOf('=') + 1)));
        String parameter = String.valueOf(asked.get("parameter"));
        long from = Instant.parse(String.valueOf(asked.get("from"))).toEpochMilli();
        long to = Instant.parse(String.valueOf(asked.get("to"))).toEpochMilli();
        var points = new StringBuilder();
        long bucket = (to - from) / 300;
        for (int i = 0; i < 300; i++) {
            long time = from + i * bucket;
            double angle = time % 21_600_000 / 60_000.0;
            double value = switch (parameter) {
                case "position" -> angle;
                case "altitude" -> angleAltitude(angle);
                case "solar_power" -> angle > 100 && angle < 170 ? 0 : 900;
                default -> 1200 + 40 * Math.sin(Math.toRadians(angle * 8));
            };
            points.append(points.isEmpty() ? "" : ",")
                    .append(String.format(Locale.ROOT, "[%d,%f,%f]", time, value, value));
        }
        return "{\"device\":\"x\",\"parameter\":\"%s\",\"unit\":\"km\",\"from\":\"\",\"to\":\"\",\"bucket_seconds\":%s,\"complete\":%s,\"points\":[%s]}"
                .formatted(parameter, bucket / 1000.0, seriesComplete, points);
    }

    private static void reply(HttpExchange exchange, int status, String body) {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders()
                    .add("Content-Type", status < 400 ? "application/json" : "application/problem+json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
