package org.perilune.chassis;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls one other service over HTTP: a deadline on every call, its problems thrown as ours. Safe for threads. */
public final class ServiceClient implements AutoCloseable {
    private final HttpClient http;
    private final String name;
    private final URI base;
    private final Duration timeout;

    private ServiceClient(HttpClient http, String name, URI base, Duration timeout) {
        this.http = http;
        this.name = name;
        this.base = base;
        this.timeout = timeout;
    }

    /**
     * @param name of the service called, for messages
     * @param timeout longest wait for the head of an answer
     */
    public static ServiceClient open(String name, URI base, Duration timeout) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        return new ServiceClient(http, name, base, timeout);
    }

    /** An answer taken as it is, for callers that pass it on. */
    public record Answer(int status, String contentType, byte[] body) {
        public <T> T as(Class<T> type) {
            return Json.parse(body, type);
        }
    }

    /** @throws ServiceException as the other side answered, or {@code Unavailable} if it did not */
    public <T> T get(String pathAndQuery, Optional<String> token, Class<T> type) {
        return checked(exchange("GET", pathAndQuery, token, Optional.empty())).as(type);
    }

    public <T> T post(String path, Optional<String> token, Object body, Class<T> type) {
        return checked(exchange("POST", path, token, Optional.of(Json.bytes(body))))
                .as(type);
    }

    /** The answer whatever its status. @throws ServiceException.Unavailable if there was none in time */
    public Answer exchange(String method, String pathAndQuery, Optional<String> token, Optional<byte[]> body) {
        HttpResponse<byte[]> response = send(
                request(method, pathAndQuery, token, body).timeout(timeout).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), contentType(response), response.body());
    }

    /** The same with further headers, such as {@code X-Forwarded-For}. */
    public Answer exchange(String method, String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request =
                request(method, path, Optional.empty(), Optional.of(body)).timeout(timeout);
        headers.forEach(request::header);
        HttpResponse<byte[]> response = send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), contentType(response), response.body());
    }

    /** A stream without an end; the caller closes it. */
    public InputStream stream(String pathAndQuery, Optional<String> token) {
        HttpResponse<InputStream> response = send(
                request("GET", pathAndQuery, token, Optional.empty())
                        .timeout(timeout)
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() == 200) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw failure(new Answer(response.statusCode(), contentType(response), body.readNBytes(64 * 1024)));
        } catch (IOException failure) {
            throw away(failure);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(
            String method, String pathAndQuery, Optional<String> token, Optional<byte[]> body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(pathAndQuery))
                .method(
                        method,
                        body.map(HttpRequest.BodyPublishers::ofByteArray).orElse(HttpRequest.BodyPublishers.noBody()));
        body.ifPresent(ignored -> request.header("Content-Type", "application/json"));
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException failure) {
            throw away(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw away(interrupted);
        }
    }

    private ServiceException.Unavailable away(Exception failure) {
        return new ServiceException.Unavailable(name + " does not answer at " + base, failure);
    }

    private Answer checked(Answer answer) {
        if (answer.status() / 100 != 2) {
            throw failure(answer);
        }
        return answer;
    }

    private ServiceException failure(Answer answer) {
        String detail = detail(answer);
        return switch (answer.status()) {
            case 400 -> new ServiceException.Malformed(detail, List.of());
            case 401 -> new ServiceException.Unauthenticated(detail);
            case 403 -> new ServiceException.Forbidden(detail);
            case 404 -> new ServiceException.NotFound(detail);
            case 409 -> new ServiceException.Conflict(detail);
            case 422 -> new ServiceException.Invalid("request", detail);
            case 429 -> new ServiceException.TooMany(detail, Duration.ofSeconds(1));
            default -> new ServiceException.Unavailable(name + ": " + detail, null);
        };
    }

    private String detail(Answer answer) {
        try {
            String detail = Json.mapper().readTree(answer.body()).path("detail").asText();
            return detail.isEmpty() ? name + " answered " + answer.status() : detail;
        } catch (IOException notJson) {
            return name + " answered " + answer.status();
        }
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("application/octet-stream");
    }
}
