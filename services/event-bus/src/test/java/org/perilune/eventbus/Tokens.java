package org.perilune.eventbus;

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
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import org.perilune.chassis.TokenVerifier;

/** Stands in for crew: publishes a key, and signs tokens with it. */
final class Tokens implements AutoCloseable {
    private static final Instant END = Instant.parse("2090-01-01T00:00:00Z");

    private final HttpServer server;
    private final ECKey key;

    Tokens() throws IOException, JOSEException {
        key = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
        byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, keys.length);
                exchange.getResponseBody().write(keys);
            }
        });
        server.start();
    }

    String keysUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    @SuppressWarnings("JavaUtilDate") // the token library's own type
    String of(String name, String role) throws JOSEException {
        var claims = new JWTClaimsSet.Builder()
                .issuer(TokenVerifier.ISSUER)
                .audience(TokenVerifier.AUDIENCE)
                .subject(name)
                .claim("role", role)
                .issueTime(Date.from(Instant.EPOCH))
                .expirationTime(Date.from(END))
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenVerifier.TYPE))
                .keyID("test")
                .build();
        var signed = new SignedJWT(header, claims);
        signed.sign(new ECDSASigner(key));
        return signed.serialize();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
