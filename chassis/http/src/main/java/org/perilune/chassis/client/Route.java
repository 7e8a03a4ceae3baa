package org.perilune.chassis.client;

import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.util.Optional;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.Tracing;

/** The way that a request takes: another address with each attempt, where there are several. For one thread. */
final class Route {
    private final Addresses addresses;
    private final HttpRequest request;
    private Optional<InetAddress> taken = Optional.empty();

    Route(Addresses addresses, HttpRequest request) {
        this.addresses = addresses;
        this.request = request;
    }

    /** The peer goes on with our trace. Who said already which trace it is of knows better. */
    static HttpRequest traced(HttpRequest request, Span span) {
        Optional<TraceContext> place = Tracing.of(span);
        if (place.isEmpty() || request.headers().firstValue(TraceContext.HEADER).isPresent()) {
            return request;
        }
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .header(TraceContext.HEADER, place.get().toString())
                .build();
    }

    HttpRequest next() {
        taken = Addresses.isNamed(request.uri()) ? addresses.next(taken) : Optional.empty();
        return taken.map(this::to).orElse(request);
    }

    private HttpRequest to(InetAddress address) {
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .uri(Addresses.at(address, request.uri()))
                .header("Host", request.uri().getRawAuthority())
                .build();
    }

    void failed(IOException failure) {
        if (PeerPolicy.wasNotSent(failure)) {
            taken.ifPresent(addresses::away);
        }
    }
}
