package org.perilune.chassis.client;

import dev.failsafe.Bulkhead;
import dev.failsafe.BulkheadFullException;
import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.RetryPolicyBuilder;
import dev.failsafe.function.CheckedSupplier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one other service is called. What can be repeated without harm is tried once more where the connection broke: what
 * only asks, and what surely was never sent. A peer that does not answer several times in a row is left alone for a
 * second, then one call tries it. No more than so many calls are under way. Shared by all clients of the peer that a
 * service has. Safe for threads.
 */
final class PeerPolicy {
    /** Calls in a row that got no answer, after which none is made for a while. */
    static final int FAILURES = 5;

    /** Calls under way; more than any service makes while its peer answers. */
    static final int CALLS = 512;

    private static final Duration LEFT_ALONE = Duration.ofSeconds(1);
    private static final long SHORTEST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 50;
    private static final Logger LOG = LoggerFactory.getLogger(PeerPolicy.class);

    private final String peer;
    private final MeterRegistry meters;
    private final AtomicInteger underWay = new AtomicInteger();
    private final FailsafeExecutor<Object> repeatable;
    private final FailsafeExecutor<Object> once;

    /** What came of a call, as its figure says it. */
    enum Outcome {
        /** Also redirections. */
        SUCCESS,
        /** 4xx. */
        REFUSED,
        /** 5xx. */
        FAILED,
        /** Surely nothing was done, or it only asked. */
        AWAY,
        UNCERTAIN,
        BREAKER_OPEN,
        BULKHEAD_FULL;

        static Outcome of(int status) {
            if (status >= 500) {
                return FAILED;
            }
            return status >= 400 ? REFUSED : SUCCESS;
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The call was not made. */
    static final class NotMade extends IOException {
        private final transient Outcome outcome;

        NotMade(Outcome outcome, String message) {
            super(message);
            this.outcome = outcome;
        }

        Outcome outcome() {
            return outcome;
        }
    }

    PeerPolicy(String peer, MeterRegistry meters) {
        this.peer = peer;
        this.meters = meters;
        Counter retries = Counter.builder("http.client.retries")
                .description("Calls tried once more since the connection broke")
                .tag("peer", peer)
                .register(meters);
        CircuitBreaker<Object> breaker = CircuitBreaker.builder()
                .handle(IOException.class, TimeoutException.class)
                .withFailureThreshold(FAILURES)
                .withSuccessThreshold(1)
                .withDelay(LEFT_ALONE)
                .onOpen(event -> LOG.warn(
                        "{} did not answer {} calls in a row and is left alone for {} ms at a time",
                        peer,
                        FAILURES,
                        LEFT_ALONE.toMillis()))
                .onClose(event -> LOG.info("{} answers again", peer))
                .build();
        Bulkhead<Object> bulkhead = Bulkhead.of(CALLS);
        this.repeatable = Failsafe.with(
                retry(retries).handleIf(PeerPolicy::connectionBroke).build(), breaker, bulkhead);
        this.once =
                Failsafe.with(retry(retries).handleIf(PeerPolicy::wasNotSent).build(), breaker, bulkhead);
        Gauge.builder("http.client.breaker.open", breaker, one -> one.isClosed() ? 0 : 1)
                .description("1 while the peer is left alone, or tried again by one call")
                .tag("peer", peer)
                .register(meters);
        Gauge.builder("http.client.calls.active", underWay, AtomicInteger::get)
                .tag("peer", peer)
                .register(meters);
        Gauge.builder("http.client.calls.most", () -> CALLS).tag("peer", peer).register(meters);
    }

    private static RetryPolicyBuilder<Object> retry(Counter retries) {
        return RetryPolicy.builder()
                .withMaxRetries(1)
                .withDelay(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS, ChronoUnit.MILLIS)
                .onRetry(event -> retries.increment());
    }

    /**
     * Makes a call, or does not.
     *
     * @param harmless whether it can be done twice
     * @param attempt bounded by itself; throws {@link IOException} where the connection broke
     * @throws NotMade if the peer is left alone just now, or too many calls of it are under way
     */
    <T> T call(boolean harmless, CheckedSupplier<T> attempt)
            throws IOException, TimeoutException, InterruptedException {
        underWay.incrementAndGet();
        try {
            return (harmless ? repeatable : once).get(attempt);
        } catch (CircuitBreakerOpenException open) {
            throw new NotMade(
                    Outcome.BREAKER_OPEN, "it did not answer %d calls in a row and is left alone".formatted(FAILURES));
        } catch (BulkheadFullException full) {
            throw new NotMade(Outcome.BULKHEAD_FULL, "%d calls of it are under way".formatted(CALLS));
        } catch (FailsafeException failure) {
            switch (failure.getCause()) {
                case IOException broken -> throw broken;
                case TimeoutException late -> throw late;
                case InterruptedException stopping -> throw stopping;
                case null, default -> throw failure;
            }
        } finally {
            underWay.decrementAndGet();
        }
    }

    /** Tells the figures what came of a call. */
    void ended(Outcome outcome, long nanos) {
        Timer.builder("http.client.calls")
                .description("Calls of other services, all attempts together")
                .tag("peer", peer)
                .tag("outcome", outcome.wireName())
                .register(meters)
                .record(Duration.ofNanos(nanos));
    }

    private static boolean connectionBroke(Throwable failure) {
        return wasNotSent(failure) || (failure instanceof IOException && !(failure instanceof HttpTimeoutException));
    }

    /** There was no connection. */
    static boolean wasNotSent(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLHandshakeException
                || failure instanceof NotMade;
    }
}
