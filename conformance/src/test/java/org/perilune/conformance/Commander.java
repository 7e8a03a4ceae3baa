package org.perilune.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.conformance.Perilune.Part;

/** Somebody who commands devices, and does not give up while the ground is being restarted. */
final class Commander implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Set<Integer> AGAIN = Set.of(401, 503, 504);
    private static final long TOKEN_NANOS = Duration.ofMinutes(3).toNanos();

    private final Perilune perilune;
    private final Ground ground;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable String token;
    private long tokenSince;

    Commander(Perilune perilune) {
        this.perilune = perilune;
        this.ground = new Ground(perilune);
    }

    private record Reply(int status, JsonNode json) {}

    void put(String path, String body) {
        Reply reply = untilAnswered("PUT", path, null, body);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
    }

    /** Asks until it is taken, always with the same key. @return the command's id */
    String dispatch(String device, String key, int ordinal, int expiresSeconds) {
        String body = """
                {"command_type":"%s","parameters":{"ordinal":%d},"device":"%s","expires_in":%d}""".formatted(CommandedDevice.COMMAND, ordinal, device, expiresSeconds);
        Reply reply = untilAnswered("POST", "/dispatch", key, body);
        assertThat(reply.status()).as("%s", reply).isEqualTo(202);
        return reply.json().path("id").asText();
    }

    /** Until telemetry knows it by its connecting. */
    void awaitDevice(String device, Duration within) {
        await("the device to connect")
                .atMost(within)
                .ignoreExceptions()
                .until(() -> ground.get(Part.TELEMETRY, "/devices/" + device, token())
                                .status()
                        == 200);
    }

    /** How many commands are not at their end, as far as one page tells. */
    int open(String device) {
        return untilAnswered("GET", "/commands?device=" + device + "&state=open&limit=1000", null, null)
                .json()
                .path("commands")
                .size();
    }

    /** Every command to a device, by id. */
    Map<String, JsonNode> commands(String device) {
        var commands = new LinkedHashMap<String, JsonNode>();
        String cursor = "";
        do {
            JsonNode page = untilAnswered("GET", "/commands?device=" + device + "&limit=1000" + cursor, null, null)
                    .json();
            page.path("commands")
                    .forEach(command -> commands.put(command.path("id").asText(), command));
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + Ground.query(page.path("next").asText())
                    : "";
        } while (!cursor.isEmpty());
        return commands;
    }

    /** Tries again while nobody answers, or somebody says that he cannot just now, or does not know what came of it. */
    private Reply untilAnswered(String method, String path, @Nullable String key, @Nullable String body) {
        return await(method + " " + path)
                .atMost(TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(PAUSE)
                .ignoreExceptionsMatching(
                        failure -> failure instanceof IOException || failure instanceof AssertionError)
                .until(() -> send(method, path, key, body), reply -> !AGAIN.contains(reply.status()));
    }

    private Reply send(String method, String path, @Nullable String key, @Nullable String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + perilune.port(Part.COMMAND_DISPATCHER) + path))
                .timeout(DEADLINE)
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Reply(answer.statusCode(), JSON.readTree(answer.body()));
    }

    private String token() throws IOException, InterruptedException {
        String known = token;
        if (known == null || System.nanoTime() - tokenSince > TOKEN_NANOS) {
            known = ground.token("administrator");
            token = known;
            tokenSince = System.nanoTime();
        }
        return known;
    }

    @Override
    public void close() {
        http.shutdownNow();
        ground.close();
    }
}
