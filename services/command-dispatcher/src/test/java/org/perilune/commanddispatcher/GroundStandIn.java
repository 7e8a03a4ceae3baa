package org.perilune.commanddispatcher;

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
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.perilune.chassis.http.TokenVerifier;

/** crew and telemetry, as far as the dispatcher asks them. */
public final class GroundStandIn implements AutoCloseable {
    /** Who they are is told by their names; what they may do, here. */
    private static final Map<String, String> ROLES = Map.of(
            "vera", "viewer",
            "otto", "operator",
            "fred", "flight-director",
            "fiona", "flight-director",
            "ada", "administrator",
            "program:cli", "flight-director",
            "service:timeline", "flight-director");

    private final ECKey key;
    private final HttpServer server;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    public final Map<String, String> devices = new ConcurrentHashMap<>(Map.of("lunar-module", "lunar-module"));
    /** What crew says of people that {@link #ROLES} does not: "disabled", or another role. */
    final Map<String, String> changed = new ConcurrentHashMap<>();

    volatile boolean telemetryAway;
    volatile boolean crewAway;

    GroundStandIn() throws IOException, JOSEException {
        key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/keys", exchange -> answer(exchange, 200, new JWKSet(key.toPublicJWK()).toString()));
        server.createContext("/tokens", exchange -> {
            String token = token("service:timeline");
            answer(exchange, 200, "{\"access_token\":\"" + token + "\",\"expires_in\":300}");
        });
        server.createContext("/devices/", this::device);
        server.createContext("/people", this::people);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    String token(String who) {
        return tokens.computeIfAbsent(who, name -> sign(name, 3_600));
    }

    @SuppressWarnings("JavaUtilDate") // the token library's own type
    String sign(String who, long seconds) {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject(who)
                .claim("role", ROLES.get(who))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(seconds)))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenVerifier.TYPE))
                .keyID("test")
                .build();
        var signed = new SignedJWT(header, claims);
        try {
            signed.sign(new ECDSASigner(key));
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
        return signed.serialize();
    }

    private void people(HttpExchange exchange) throws IOException {
        String people = ROLES.keySet().stream()
                .filter(name -> name.indexOf(':') < 0)
                .map(name -> {
                    String role = changed.getOrDefault(name, String.valueOf(ROLES.get(name)));
                    return "{\"name\":\"%s\",\"role\":\"%s\",\"disabled\":%s}"
                            .formatted(name, role.equals("disabled") ? "operator" : role, role.equals("disabled"));
                })
                .collect(Collectors.joining(","));
        answer(exchange, crewAway ? 503 : 200, crewAway ? "{}" : "{\"people\":[" + people + "]}");
    }

    private void device(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().substring("/devices/".length());
        String type = devices.get(name);
        if (telemetryAway) {
            answer(exchange, 503, "{\"detail\":\"The database is away\"}");
        } else if (type == null) {
            answer(exchange, 404, "{\"detail\":\"No device is named so\"}");
        } else {
            answer(exchange, 200, "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"state\":\"online\"}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
