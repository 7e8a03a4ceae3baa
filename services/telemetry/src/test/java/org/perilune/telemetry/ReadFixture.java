package org.perilune.telemetry;

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
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.settings.Settings;

/** The service on real backing servers, asked over HTTP with tokens of a stand-in for crew. */
public final class ReadFixture implements AutoCloseable {
    public final IngestFixture stores;
    final Service service;
    final String token;
    private final HttpServer keys;
    private final HttpClient client = HttpClient.newHttpClient();

    public ReadFixture(Path home) throws Exception {
        this(home, Map.of());
    }

    /** @param settings beside the embedded backends' */
    @SuppressWarnings("JavaUtilDate") // the token library's own type
    public ReadFixture(Path home, Map<String, String> settings) throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        byte[] published = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        keys.createContext("/keys", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, published.length);
            exchange.getResponseBody().write(published);
            exchange.close();
        });
        keys.start();
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
        token = signed.serialize();
        stores = new IngestFixture(home);
        var own = new HashMap<String, String>();
        stores.backends.settings().forEach((name, value) -> {
            if (name.startsWith("telemetry.")) {
                own.put(name, value);
            }
        });
        own.putAll(settings);
        own.put("telemetry.http.port", "0");
        own.put(
                "telemetry.tokens.keys-url",
                "http://127.0.0.1:" + keys.getAddress().getPort() + "/keys");
        TelemetryConfig config = TelemetryConfig.read(Settings.of(own).at("telemetry"));
        service = TelemetryService.start(config, Clock.systemUTC());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .header("Authorization", "Bearer " + token);
    }

    public HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpClient client() {
        return client;
    }

    @Override
    public void close() throws SQLException {
        client.close();
        service.close();
        stores.close();
        keys.stop(0);
    }
}
