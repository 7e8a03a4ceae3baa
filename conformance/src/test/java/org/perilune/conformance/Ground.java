package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.conformance.Perilune.Part;

/** Somebody on the ground: speaks HTTP with a token, as any program may. */
final class Ground implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int PAGE = 1_000;

    private final Perilune perilune;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    Ground(Perilune perilune) {
        this.perilune = perilune;
    }

    /**
     * @param type of the content, without its parameters
     * @param json null where the body is none
     */
    record Answer(int status, String type, JsonNode json, String retryAfter) {
        String problem() {
            return json.path("type").asText();
        }
    }

    /** A token for programs, from crew itself. It counts for minutes. */
    String token(String role) throws IOException, InterruptedException {
        String secret = Files.readString(perilune.home().resolve("secrets/cli.secret"));
        String body = JSON.writeValueAsString(Map.of("client", "cli", "secret", secret, "role", role));
        Answer answer = send("POST", Part.CREW, "/tokens", null, "application/json", body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json().path("access_token").asText();
    }

    Answer get(Part part, String path, @Nullable String token) throws IOException, InterruptedException {
        return send("GET", part, path, token, null, null);
    }

    /** From a copy beside. */
    Answer get(int port, String path, @Nullable String token) throws IOException, InterruptedException {
        return send(port, "GET", path, token, null, null, null);
    }

    Answer send(
            String method,
            Part part,
            String path,
            @Nullable String token,
            @Nullable String contentType,
            @Nullable String body)
            throws IOException, InterruptedException {
        return send(method, part, path, token, contentType, body, null);
    }

    /** The same with an {@code Idempotency-Key}. */
    Answer send(
            String method,
            Part part,
            String path,
            @Nullable String token,
            @Nullable String contentType,
            @Nullable String body,
            @Nullable String key)
            throws IOException, InterruptedException {
        return send(perilune.port(part), method, path, token, contentType, body, key);
    }

    Answer send(
            int port,
            String method,
            String path,
            @Nullable String token,
            @Nullable String contentType,
            @Nullable String body,
            @Nullable String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(DEADLINE)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        String type = response.headers().firstValue("Content-Type").orElse("").split(";")[0];
        return new Answer(
                response.statusCode(),
                type,
                type.endsWith("json") ? JSON.readTree(response.body()) : JSON.nullNode(),
                response.headers().firstValue("Retry-After").orElse(""));
    }

    /** Every reading of a device, newest first, a page at a time; none at all of a device that is not known. */
    List<JsonNode> readings(String device) throws IOException, InterruptedException {
        String token = token("viewer");
        var readings = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            Answer page = get(
                    Part.TELEMETRY,
                    "/data?device=" + device + "&limit=" + PAGE + (cursor.isEmpty() ? "" : "&cursor=" + query(cursor)),
                    token);
            assertThat(page.status()).as("%s", page).isEqualTo(200);
            page.json().path("data").forEach(readings::add);
            cursor = page.json().path("next").asText("");
        } while (!cursor.isEmpty() && !cursor.equals("null"));
        return readings;
    }

    static String query(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
