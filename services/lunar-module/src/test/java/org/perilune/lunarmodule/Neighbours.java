package org.perilune.lunarmodule;

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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.json.Json;

/** Stands in for crew and command-dispatcher. */
final class Neighbours implements AutoCloseable {
    /** What came to the dispatcher: headers and body. */
    final List<Map.Entry<Map<String, List<String>>, JsonNode>> dispatched = new CopyOnWriteArrayList<>();

    volatile int dispatcherStatus = 202;
    private final String token;
    private final HttpServer server;

    Neighbours() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        token = token(key);
        byte[] published = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> answer(exchange, 200, "application/json", published));
        server.createContext("/dispatch", this::dispatch);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Of an operator. */
    String token() {
        return token;
    }

    void forget() {
        dispatched.clear();
        dispatcherStatus = 202;
    }

    @SuppressWarnings("JavaUtilDate") // the token library's own type
    private static String token(ECKey key) throws Exception {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject("tester")
                .claim("role", "operator")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(3_600)))
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
        JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
        dispatched.add(Map.entry(Map.copyOf(exchange.getRequestHeaders()), body));
        if (dispatcherStatus == 202) {
            answer(
                    exchange,
                    202,
                    "application/json",
                    "{\"id\":\"1\",\"state\":\"accepted\"}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        byte[] problem = "{\"title\":\"as the dispatcher says\"}".getBytes(StandardCharsets.UTF_8);
        answer(exchange, dispatcherStatus, "application/problem+json", problem);
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
