package org.perilune.eventbus.callback;

import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.perilune.chassis.messaging.CloudEvent;

/**
 * Sends events to callback addresses. It connects to the addresses that {@link CallbackHosts} has checked and looks
 * nothing up again, so that a name that changes its meaning in between gains nothing; TLS is checked by the name. No
 * redirects, cookies, log-ins, or decompression. Safe for threads.
 */
public final class CallbackClient implements AutoCloseable {
    /** For everything from the look-up to the end of the answer. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final int LONGEST_ANSWER_BYTES = 64 * 1024;
    private static final int LONGEST_HEADERS_BYTES = 16 * 1024;
    private static final int CONNECTIONS_OF_A_HOST = 128;

    private final CallbackHosts hosts;
    private final HttpClient http;

    private CallbackClient(CallbackHosts hosts, HttpClient http) {
        this.hosts = hosts;
        this.http = http;
    }

    public static CallbackClient open(CallbackHosts hosts) {
        var threads = new QueuedThreadPool(8, 1);
        threads.setName("callbacks");
        threads.setDaemon(true);
        var http = new HttpClient();
        http.setExecutor(threads);
        http.setSocketAddressResolver(new Resolver(hosts));
        http.setConnectTimeout(CONNECT.toMillis());
        http.setIdleTimeout(DEADLINE.toMillis());
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(null);
        http.setMaxResponseHeadersSize(LONGEST_HEADERS_BYTES);
        http.setMaxConnectionsPerDestination(CONNECTIONS_OF_A_HOST);
        http.setDestinationIdleTimeout(DEADLINE.toMillis());
        try {
            http.start();
        } catch (Exception failure) {
            throw new IllegalStateException("The client for callbacks could not be started", failure);
        }
        // What would answer redirects, log-ins and the like by itself, and unpack what is small when packed.
        http.getProtocolHandlers().clear();
        http.getContentDecoderFactories().clear();
        return new CallbackClient(hosts, http);
    }

    /**
     * What came of a try.
     *
     * @param status 0 where there was no answer
     * @param error empty where the event was taken
     */
    public record Outcome(int status, String error) {
        public boolean taken() {
            return error.isEmpty();
        }

        public boolean gone() {
            return status == 410;
        }
    }

    /** Returns within {@link #DEADLINE}. Never throws for what the other side does. */
    public Outcome send(String url, Map<String, String> headers, byte[] body) throws InterruptedException {
        CallbackAddress address;
        try {
            address = CallbackAddress.parse(url, hosts.allowed());
        } catch (org.perilune.chassis.runtime.ServiceException.Invalid refused) {
            return new Outcome(0, "Its address is refused: " + refused.getMessage());
        }
        Request request = http.POST(address.uri())
                .body(new BytesRequestContent(CloudEvent.MEDIA_TYPE, body))
                .timeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        request.headers(fields -> headers.forEach(fields::put));
        CompletableFuture<ContentResponse> answer =
                new CompletableResponseListener(request, LONGEST_ANSWER_BYTES).send();
        try {
            int status =
                    answer.get(DEADLINE.toMillis() + 500, TimeUnit.MILLISECONDS).getStatus();
            return new Outcome(status, status / 100 == 2 ? "" : "It answered with " + status);
        } catch (TimeoutException late) {
            var _ = request.abort(late);
            return new Outcome(0, words(late));
        } catch (ExecutionException failure) {
            return new Outcome(0, words(failure));
        }
    }

    private static String words(Exception failure) {
        Throwable last = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            last = cause;
            if (cause instanceof CallbackHosts.Refused refused) {
                return "Nothing was sent: " + refused.words();
            }
            if (cause instanceof UnresolvedAddressException) {
                return "Its host has no address";
            }
            if (cause instanceof TimeoutException) {
                return "It did not answer within " + DEADLINE.toSeconds() + " s";
            }
        }
        return "The request failed: " + last.getClass().getSimpleName() + ": " + last.getMessage();
    }

    /** Gives the client checked addresses, and no others. */
    private record Resolver(CallbackHosts hosts) implements SocketAddressResolver {
        @Override
        public void resolve(
                String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
            var _ = hosts.addresses(host, port).whenComplete((found, failure) -> {
                if (failure == null) {
                    promise.succeeded(found);
                    return;
                }
                promise.failed(failure);
            });
        }
    }

    @Override
    public void close() {
        LifeCycle.stop(http);
    }
}
