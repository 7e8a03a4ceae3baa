package org.perilune.crew;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.perilune.chassis.json.Json;

/** Speaks to crew as a browser or a script would. */
final class Client {
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;

    Client(int port) {
        this.port = port;
    }

    record Answer(int status, JsonNode body, Optional<String> retryAfter) {
        String text(String field) {
            return body.path(field).asText();
        }
    }

    Answer logIn(String name, String password) throws IOException, InterruptedException {
        return send("POST", "/sessions", "", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
    }

    Answer refresh(String session) throws IOException, InterruptedException {
        return send("POST", "/sessions/token", "", "{\"session\":\"" + session + "\"}");
    }

    Answer get(String path, String token) throws IOException, InterruptedException {
        return send("GET", path, token, "");
    }

    Answer send(String method, String path, String token, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                Json.mapper().readTree(response.body()),
                response.headers().firstValue("Retry-After"));
    }
}
