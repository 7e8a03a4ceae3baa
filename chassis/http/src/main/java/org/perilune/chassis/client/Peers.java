package org.perilune.chassis.client;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.perilune.chassis.tls.TlsConfig;

/**
 * The other services that a service calls: one {@link PeerPolicy} for each, however many clients there are of it, and
 * figures of each. Safe for threads.
 */
public final class Peers {
    /** Trusts whom the JDK trusts, where an address begins with https. */
    public static final TlsConfig JDK_TRUST = new TlsConfig(true, null, null, null);

    private final MeterRegistry meters;
    private final TlsConfig tls;
    private final Map<String, PeerPolicy> policies = new ConcurrentHashMap<>();

    /** @param meters where the figures {@code http.client.*} are registered, by peer */
    public Peers(MeterRegistry meters) {
        this(meters, JDK_TRUST);
    }

    /** @param tls of peers whose address begins with https */
    public Peers(MeterRegistry meters, TlsConfig tls) {
        this.meters = meters;
        this.tls = tls;
    }

    /**
     * A client of one peer; the caller closes it.
     *
     * @param name of the service called, for messages and figures
     * @param timeout longest wait for a whole answer, or for the head of a stream, all attempts together
     */
    public ServiceClient client(String name, URI base, Duration timeout) {
        return ServiceClient.open(policy(name), name, base, timeout, tls);
    }

    PeerPolicy policy(String peer) {
        return policies.computeIfAbsent(peer, name -> new PeerPolicy(name, meters));
    }
}
