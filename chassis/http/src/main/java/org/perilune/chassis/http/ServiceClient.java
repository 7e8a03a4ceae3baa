package org.perilune.chassis.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.SilenceWatch;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.tls.TlsConfig;

/** Calls one other service over HTTP: a deadline on every call, its problems thrown as ours. Safe for threads. */
public final class ServiceClient implements AutoCloseable {
    /** More than any page of any service; answers over it count as none. */
    private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

    /** How long the JDK's client keeps idle connections ({@code jdk.httpclient.keepalive.timeout}). */
    static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    /** More than two of the heartbeats that streams of events have. */
    private static final Duration SILENCE =
            ServerSentEvents.HEARTBEAT.multipliedBy(5).dividedBy(2);

    private final HttpClient http;
    private final String name;
    private final URI base;
    private final Duration timeout;
    private final Duration silence;
    private final TlsConfig tls;

    private ServiceClient(HttpClient http, String name, URI base, Duration timeout, Duration silence, TlsConfig tls) {
        this.http = http;
        this.name = name;
        this.base = base;
        this.timeout = timeout;
        this.silence = silence;
        this.tls = tls;
    }

    /**
     * @param name of the service called, for messages
     * @param timeout longest wait for a whole answer, or for the head of a stream
     */
    public static ServiceClient open(String name, URI base, Duration timeout) {
        return open(name, base, timeout, HttpTls.OFF.calls());
    }

    /** @param tls of an address that begins with https */
    public static ServiceClient open(String name, URI base, Duration timeout, TlsConfig tls) {
        return open(name, base, timeout, SILENCE, tls);
    }

    /** @param silence how long a stream may say nothing */
    static ServiceClient open(String name, URI base, Duration timeout, Duration silence) {
        return open(name, base, timeout, silence, HttpTls.OFF.calls());
    }

    private static ServiceClient open(String name, URI base, Duration timeout, Duration silence, TlsConfig tls) {
        HttpClient http = HttpClients.builder(base, tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .executor(Executors.newThreadPerTaskExecutor(Threads.factory(name + "-client")))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        return new ServiceClient(http, name, base, timeout, silence, tls);
    }

    /** An answer taken as it is, for callers that pass it on. */
    public record Answer(int status, String contentType, byte[] body) {
        public <T> T as(Class<T> type) {
            return Json.answer(body, type, "Another service");
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
        HttpResponse<byte[]> response =
                send(request(method, pathAndQuery, token, body).build(), bounded());
        return new Answer(response.statusCode(), contentType(response), response.body());
    }

    /** The same with further headers, such as {@code X-Forwarded-For}. */
    public Answer exchange(String method, String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request = request(method, path, Optional.empty(), Optional.of(body));
        headers.forEach(request::header);
        HttpResponse<byte[]> response = send(request.build(), bounded());
        return new Answer(response.statusCode(), contentType(response), response.body());
    }

    /**
     * A stream without an end; the caller closes it. Reading fails when nothing came for longer than heartbeats are
     * apart, since the other side may be gone without a word.
     */
    public InputStream stream(String pathAndQuery, Optional<String> token) {
        HttpResponse<Opened> response =
                send(request("GET", pathAndQuery, token, Optional.empty()).build(), ServiceClient::open);
        if (response.statusCode() == 200) {
            return SilenceWatch.over(response.body().stream(), name, silence);
        }
        throw failure(new Answer(
                response.statusCode(), contentType(response), response.body().refusal()));
    }

    /** A stream where the status is 200; otherwise what was said instead, read within the deadline. */
    private record Opened(InputStream stream, byte[] refusal) {}

    private static HttpResponse.BodySubscriber<Opened> open(HttpResponse.ResponseInfo head) {
        if (head.statusCode() == 200) {
            return BodySubscribers.mapping(BodySubscribers.ofInputStream(), stream -> new Opened(stream, new byte[0]));
        }
        return BodySubscribers.mapping(
                bounded().apply(head), refusal -> new Opened(InputStream.nullInputStream(), refusal));
    }

    private static HttpResponse.BodyHandler<byte[]> bounded() {
        return HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES);
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

    /** The client's own timeout ends with the head of an answer; this one holds for the body, too. */
    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        CompletableFuture<HttpResponse<T>> answer = http.sendAsync(request, handler);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw failure(request, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure(request, interrupted);
        } finally {
            answer.cancel(true);
        }
    }

    /** What was sent may have been done, though nobody said so; what never got there was not. */
    private ServiceException.Unavailable failure(HttpRequest request, Exception failure) {
        boolean asksOnly = request.method().equals("GET") || request.method().equals("HEAD");
        if (asksOnly
                || failure.getCause() instanceof ConnectException
                || failure.getCause() instanceof SSLHandshakeException) {
            return away(failure);
        }
        return new ServiceException.Uncertain(
                "%s did not say what came of it. It may have been done: look before you repeat it".formatted(name),
                failure);
    }

    private ServiceException.Unavailable away(Exception failure) {
        return new ServiceException.Unavailable(HttpClients.away(name, base, tls, failure), failure);
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
            case 504 -> new ServiceException.Uncertain(detail, null);
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
