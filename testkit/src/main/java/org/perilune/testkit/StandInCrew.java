package org.perilune.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
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
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.json.Json;

/**
 * Stands in for crew in tests: publishes a key at {@code /keys}, signs tokens with it, and gives services theirs at
 * {@code POST /tokens} whatever their secret. Sessions end when the test says so. Other services that are asked can be played on the same server. Safe for
 * threads.
 */
public final class StandInCrew implements AutoCloseable {
    private static final Instant END = Instant.parse("2090-01-01T00:00:00Z");

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final ECKey key;
    private final Set<String> ended = new LinkedHashSet<>(); // guarded by this

    /** Listens on a free port of loopback. */
    public StandInCrew() throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        String keys = new JWKSet(key.toPublicJWK()).toString();
        serve("/keys", exchange -> answer(exchange, 200, keys));
        serve("/tokens", this::serviceToken);
        serve("/revocations", this::revocations);
        server.start();
    }

    /** For {@code crew.url}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** For {@code tokens.keys-url}. */
    public String keysUrl() {
        return uri() + "/keys";
    }

    /**
     * A token that holds until 2090.
     *
     * @param name such as {@code alice}, {@code program:cli}, {@code service:posts}
     * @param role {@code viewer}, {@code operator}, {@code flight-director} or {@code administrator}
     */
    public String token(String name, String role) {
        return token(name, role, null);
    }

    /** The same, made from a session that {@link #end} ends. */
    @SuppressWarnings("JavaUtilDate") // the token library's own type
    public String token(String name, String role, @Nullable String session) {
        var claims = new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject(name)
                .claim("role", role)
                .claim("sid", session)
                .issueTime(Date.from(Instant.EPOCH))
                .expirationTime(Date.from(END))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenVerifier.TYPE))
                .keyID("test")
                .build();
        var signed = new SignedJWT(header, claims);
        try {
            signed.sign(new ECDSASigner(key));
        } catch (JOSEException failure) {
            throw new IllegalStateException("Could not sign a token", failure);
        }
        return signed.serialize();
    }

    /** Whoever asks which sessions have ended is told that this one has. */
    public synchronized void end(String session) {
        ended.add(session);
        notifyAll();
    }

    private synchronized void revocations(HttpExchange exchange) throws IOException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
        try {
            while (("known=" + ended.size()).equals(exchange.getRequestURI().getQuery()) && System.nanoTime() < until) {
                wait(20);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        String sessions = String.join("\",\"", ended);
        String list = ended.isEmpty() ? "" : "\"" + sessions + "\"";
        answer(exchange, 200, "{\"version\":\"" + ended.size() + "\",\"sessions\":[" + list + "]}");
    }

    /** Plays another service under a path; each request on a thread of its own. */
    public void serve(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    /** Answers with JSON, and ends the exchange. */
    public static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void serviceToken(HttpExchange exchange) throws IOException {
        JsonNode asked = Json.mapper().readTree(exchange.getRequestBody().readAllBytes());
        String role = asked.path("role").asText("operator");
        String token = token(asked.path("client").asText(), role);
        answer(exchange, 200, "{\"access_token\":\"" + token + "\",\"expires_in\":300}");
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
