package org.perilune.chassis.client;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The other services that a service calls: one {@link PeerPolicy} for each, however many clients there are of it, and
 * figures of each. Safe for threads.
 */
public final class Peers {
    private final MeterRegistry meters;
    private final Map<String, PeerPolicy> policies = new ConcurrentHashMap<>();

    /** @param meters where the figures {@code http.client.*} are registered, by peer */
    public Peers(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * A client of one peer; the caller closes it.
     *
     * @param name of the service called, for messages and figures
     * @param timeout longest wait for a whole answer, or for the head of a stream, all attempts together
     */
    public ServiceClient client(String name, URI base, Duration timeout) {
        return ServiceClient.open(policy(name), name, base, timeout);
    }

    PeerPolicy policy(String peer) {
        return policies.computeIfAbsent(peer, name -> new PeerPolicy(name, meters));
    }
}
