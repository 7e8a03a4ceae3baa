package org.perilune.chassis.http;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.ByteBudget;
import org.perilune.chassis.runtime.ServiceException;

/**
 * Bounds bodies of requests: the bytes of all of them together, those of each one, and how slowly it may come. Room for
 * the whole body is taken before its first byte is read, and given back when the request is done with.
 */
final class RequestBodies extends Handler.Wrapper {
    private static final String ATTRIBUTE = "perilune.body";

    private final HttpLimits limits;
    private final ByteBudget budget;

    RequestBodies(HttpLimits limits, MeterRegistry meters) {
        this.limits = limits;
        this.budget = ByteBudget.of("request-bodies", limits.bodyBytes(), meters);
    }

    /** Why a body is not read to its end. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        private Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!hasBody(request)) {
            return super.handle(request, response, callback);
        }
        var body = new Body(request);
        request.setAttribute(ATTRIBUTE, body);
        Request.addCompletionListener(request, ignored -> body.giveBack());
        return super.handle(body, response, callback);
    }

    private static boolean hasBody(Request request) {
        return request.getLength() > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                || (request.getLength() < 0 && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2);
    }

    /** @param body of a request, if it has one; as its attributes tell */
    static Optional<Body> of(@Nullable Object body) {
        return body instanceof Body known ? Optional.of(known) : Optional.empty();
    }

    static String attribute() {
        return ATTRIBUTE;
    }

    /** One body. What was not admitted is not read by us, but may be skipped. Read by one thread at a time. */
    final class Body extends Request.Wrapper {
        private int most = Integer.MAX_VALUE;
        private ByteBudget.@Nullable Lease lease; // guarded by this
        private boolean done; // guarded by this
        private long beganNanos;
        private long received;
        private @Nullable Refused refused;

        private Body(Request request) {
            super(request);
        }

        /**
         * Waits for room.
         *
         * @param longest bytes that it may have
         * @throws ServiceException.Unavailable if there is none in time
         * @throws Refused if it says itself that it is longer
         */
        void admit(int longest) throws Refused {
            if (getLength() > longest) {
                throw new Refused(413, "The body is over " + longest + " bytes");
            }
            most = longest;
            try {
                keep(budget.acquire(getLength() < 0 ? longest : getLength(), limits.bodyWait())
                        .orElseThrow(RequestBodies::noRoom));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw noRoom();
            }
        }

        private synchronized void keep(ByteBudget.Lease taken) {
            lease = taken;
            if (done) {
                taken.close();
            }
        }

        private synchronized void giveBack() {
            done = true;
            if (lease != null) {
                lease.close();
            }
        }

        @Override
        public Content.Chunk read() {
            if (refused == null) {
                Content.Chunk chunk = super.read();
                if (chunk != null && Content.Chunk.isFailure(chunk)) {
                    return chunk;
                }
                received += chunk == null ? 0 : chunk.remaining();
                refused = objection();
                if (refused == null) {
                    return chunk;
                }
                if (chunk != null) {
                    chunk.release();
                }
            }
            return Content.Chunk.from(refused, true);
        }

        private @Nullable Refused objection() {
            if (received > most) {
                return new Refused(413, "The body is over " + most + " bytes");
            }
            if (beganNanos == 0) {
                beganNanos = System.nanoTime();
            }
            Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
            boolean slow =
                    took.compareTo(limits.bodyGrace()) > 0 && received < took.toMillis() * limits.bodyRate() / 1_000;
            return slow
                    ? new Refused(
                            408,
                            "The body came slower than %d bytes a second; nothing was done"
                                    .formatted(limits.bodyRate()))
                    : null;
        }
    }

    private static ServiceException.Unavailable noRoom() {
        return new ServiceException.Unavailable(
                "There are too many bodies of requests under way. Nothing was changed; try again shortly.", null);
    }
}
