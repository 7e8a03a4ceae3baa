package org.perilune.embedded.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.perilune.contracts.Topology.Service;
import org.perilune.embedded.opensearch.OpenSearchServer;

/** An OpenSearch server and plain requests to it. */
public record SearchClient(OpenSearchServer server, int port, String password, HttpClient http)
        implements AutoCloseable {
    public static final Duration START = Duration.ofSeconds(90);

    private static final List<Service> SERVICES =
            List.of(new Service("query", 1, Set.of(), Set.of()), new Service("crew", 2, Set.of(), Set.of()));

    /** Not waited for. */
    public static SearchClient start(Path home) throws IOException {
        return start(home, Ports.choose(0), Duration.ZERO);
    }

    public static SearchClient start(Path home, int port, Duration after) throws IOException {
        var secrets = new Secrets(home.resolve("secrets"));
        var server = OpenSearchServer.start(home.resolve("opensearch"), port, secrets, SERVICES, after);
        return new SearchClient(
                server, port, secrets.value(OpenSearchServer.secret("query")), HttpClient.newHttpClient());
    }

    /** As the service query. */
    public HttpResponse<String> request(String method, String path, String body)
            throws IOException, InterruptedException {
        return request(method, path, body, basic("query", password));
    }

    public HttpResponse<String> request(String method, String path, String body, String authorization)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    @Override
    public void close() {
        server.close();
        http.close();
    }
}
