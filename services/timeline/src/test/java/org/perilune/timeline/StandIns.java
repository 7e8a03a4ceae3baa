package org.perilune.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.json.Json;

/** Stands in for crew, command-dispatcher and the lunar module, as far as the timeline asks them. */
public final class StandIns implements AutoCloseable {
    private static final Instant TOKENS_END = Instant.parse("2090-01-01T00:00:00Z");

    private final HttpServer server;
    private final ECKey key;
    private final Map<String, Taken> taken = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private volatile Mood mood = Mood.TAKES;
    private volatile String predictions = "";
    private volatile Runnable whenTaken = () -> {};

    /** How the dispatcher answers. */
    public enum Mood {
        TAKES,
        /** Takes nothing, and says so. */
        UNAVAILABLE,
        /** Takes it, and the answer does not arrive. */
        LOSES_ANSWERS,
        REFUSES
    }

    /** A command at the dispatcher. */
    public record Taken(String id, String key, JsonNode body) {}

    /** A request that came. */
    record Sent(String key, Instant at) {}

    StandIns() throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/keys", exchange -> answer(exchange, 200, new JWKSet(key.toPublicJWK()).toString()));
        server.createContext(
                "/tokens", exchange -> answer(exchange, 200, "{\"access_token\":\"service\",\"expires_in\":300}"));
        server.createContext("/dispatch", this::dispatch);
        server.createContext("/predictions", exchange -> {
            boolean foreseen = !predictions.isEmpty();
            answer(exchange, foreseen ? 200 : 503, foreseen ? predictions : "{\"detail\":\"away\"}");
        });
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** What happens between a command's being taken and the answer. */
    void whenTaken(Runnable happening) {
        whenTaken = happening;
    }

    void predictions(String json) {
        predictions = json;
    }

    public synchronized List<Taken> taken() {
        return List.copyOf(taken.values());
    }

    synchronized List<Sent> sent() {
        return List.copyOf(sent);
    }

    synchronized void forget() {
        taken.clear();
        sent.clear();
        mood = Mood.TAKES;
        predictions = "";
        whenTaken = () -> {};
    }

    @SuppressWarnings("JavaUtilDate") // the token library's own type
    public String token(String name, String role) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject(name)
                .claim("role", role)
                .issueTime(Date.from(Instant.EPOCH))
                .expirationTime(Date.from(TOKENS_END))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenVerifier.TYPE))
                .keyID("test")
                .build();
        var signed = new SignedJWT(header, claims);
        signed.sign(new ECDSASigner(key));
        return signed.serialize();
    }

    private void dispatch(HttpExchange exchange) throws IOException {
        Instant at = Instant.now();
        JsonNode body = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
        Mood now = mood;
        if (now == Mood.UNAVAILABLE) {
            answer(exchange, 503, "{\"detail\":\"PostgreSQL is away\"}");
            return;
        }
        if (now == Mood.REFUSES || body.path("command_type").asText().equals("NO_SUCH")) {
            answer(exchange, 422, """
                    {"detail":"command_type: there is no such command",
                     "errors":[{"field":"command_type","detail":"there is no such command"}]}
                    """);
            return;
        }
        if (body.path("dry_run").asBoolean()) {
            answer(exchange, 200, "{}");
            return;
        }
        String idempotency = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        Taken command = take(idempotency, body, at);
        if (!command.body().equals(body)) {
            answer(exchange, 409, "{\"detail\":\"The key came with another body\"}");
            return;
        }
        whenTaken.run();
        answer(exchange, now == Mood.LOSES_ANSWERS ? 500 : 202, "{\"id\":\"" + command.id() + "\"}");
    }

    private synchronized Taken take(String idempotency, JsonNode body, Instant at) {
        sent.add(new Sent(idempotency, at));
        return taken.computeIfAbsent(
                idempotency, ignored -> new Taken(UUID.randomUUID().toString(), idempotency, body));
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
