package org.perilune.chassis.client;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.perilune.chassis.json.Json;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.SilenceWatch;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tracing.Tracing;

/** Calls one other service over HTTP: a deadline on every call, its problems thrown as ours. Safe for threads. */
public final class ServiceClient implements AutoCloseable {
    /** More than any page of any service; answers over it count as none. */
    private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

    /** How long the JDK's client keeps idle connections ({@code jdk.httpclient.keepalive.timeout}). */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    /** More than two of the heartbeats that streams of events have. */
    private static final Duration SILENCE =
            SilenceWatch.HEARTBEAT.multipliedBy(5).dividedBy(2);

    private final Connections connections;
    private final Addresses addresses;
    private final PeerPolicy policy;
    private final TlsConfig tls;
    private final String name;
    private final URI base;
    private final Duration timeout;
    private final Duration silence;

    private ServiceClient(
            PeerPolicy policy,
            Addresses addresses,
            String name,
            URI base,
            Duration timeout,
            Duration silence,
            TlsConfig tls) {
        this.connections = new Connections(name, base, timeout, tls);
        this.tls = tls;
        this.addresses = addresses;
        this.policy = policy;
        this.name = name;
        this.base = base;
        this.timeout = timeout;
        this.silence = silence;
    }

    /**
     * For programs that call one service; services have {@link Peers}.
     *
     * @param name of the service called, for messages
     * @param timeout longest wait for a whole answer, or for the head of a stream, all attempts together
     */
    public static ServiceClient open(String name, URI base, Duration timeout) {
        return open(name, base, timeout, Peers.JDK_TRUST);
    }

    /** @param tls of an address that begins with https */
    public static ServiceClient open(String name, URI base, Duration timeout, TlsConfig tls) {
        return new Peers(new SimpleMeterRegistry(), tls).client(name, base, timeout);
    }

    static ServiceClient open(PeerPolicy policy, String name, URI base, Duration timeout, TlsConfig tls) {
        var addresses = new Addresses(base.getHost(), InetAddress::getAllByName);
        return new ServiceClient(policy, addresses, name, base, timeout, SILENCE, tls);
    }

    /** @param silence how long a stream may say nothing */
    static ServiceClient open(
            PeerPolicy policy, Addresses.Resolver resolver, String name, URI base, Duration timeout, Duration silence) {
        var addresses = new Addresses(base.getHost(), resolver);
        return new ServiceClient(policy, addresses, name, base, timeout, silence, Peers.JDK_TRUST);
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
        throw Refusals.of(
                name,
                new Answer(
                        response.statusCode(),
                        contentType(response),
                        response.body().refusal()));
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
        connections.close();
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
        boolean asksOnly = request.method().equals("GET") || request.method().equals("HEAD");
        long began = System.nanoTime();
        long deadline = began + timeout.toNanos();
        Span span = Tracing.child(request.method() + " " + name, SpanKind.CLIENT);
        var route = new Route(addresses, Route.traced(request, span));
        try {
            HttpResponse<T> answer = policy.call(asksOnly, () -> attempt(route, handler, deadline));
            policy.ended(PeerPolicy.Outcome.of(answer.statusCode()), System.nanoTime() - began);
            span.setAttribute("http.response.status_code", answer.statusCode());
            return answer;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure(asksOnly, began, interrupted);
        } catch (IOException | TimeoutException failure) {
            Tracing.failed(span, String.valueOf(failure.getMessage()));
            throw failure(asksOnly, began, failure);
        } finally {
            span.end();
        }
    }

    /** The client's own timeout ends with the head of an answer; this one holds for the body, too. */
    private <T> HttpResponse<T> attempt(Route route, HttpResponse.BodyHandler<T> handler, long deadline)
            throws IOException, InterruptedException, TimeoutException {
        CompletableFuture<HttpResponse<T>> answer = connections.http().sendAsync(route.next(), handler);
        try {
            return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            IOException broken =
                    failure.getCause() instanceof IOException known ? known : new IOException(failure.getCause());
            route.failed(broken);
            throw broken;
        } finally {
            answer.cancel(true);
        }
    }

    /** What was sent may have been done, though nobody said so; what never got there was not. */
    private ServiceException.Unavailable failure(boolean asksOnly, long began, Exception failure) {
        boolean certain = asksOnly || PeerPolicy.wasNotSent(failure);
        PeerPolicy.Outcome outcome = switch (failure) {
            case PeerPolicy.NotMade notMade -> notMade.outcome();
            default -> certain ? PeerPolicy.Outcome.AWAY : PeerPolicy.Outcome.UNCERTAIN;
        };
        policy.ended(outcome, System.nanoTime() - began);
        if (failure instanceof PeerPolicy.NotMade) {
            return new ServiceException.Unavailable(
                    "%s does not answer at %s: %s. Nothing was sent; try again shortly"
                            .formatted(name, base, failure.getMessage()),
                    failure);
        }
        if (certain) {
            return new ServiceException.Unavailable(HttpClients.away(name, base, tls, failure), failure);
        }
        return new ServiceException.Uncertain(
                "%s did not say what came of it. It may have been done: look before you repeat it".formatted(name),
                failure);
    }

    private Answer checked(Answer answer) {
        if (answer.status() / 100 != 2) {
            throw Refusals.of(name, answer);
        }
        return answer;
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("application/octet-stream");
    }
}
