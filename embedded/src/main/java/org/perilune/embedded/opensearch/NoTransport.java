package org.perilune.embedded.opensearch;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.common.lifecycle.AbstractLifecycleComponent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.transport.BoundTransportAddress;
import org.opensearch.core.common.transport.TransportAddress;
import org.opensearch.transport.ConnectTransportException;
import org.opensearch.transport.ConnectionProfile;
import org.opensearch.transport.Transport;
import org.opensearch.transport.TransportMessageListener;
import org.opensearch.transport.TransportStats;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.mqtt.Connection;

/**
 * What OpenSearch's nodes talk to each other through, for a node that stays alone: it listens nowhere. OpenSearch itself
 * knows no log-in there, so that a port, even on loopback, would be a door without a lock.
 */
final class NoTransport extends AbstractLifecycleComponent implements Transport {
    private static final TransportAddress NOWHERE = new TransportAddress(new InetSocketAddress(Ports.loopback(), 0));

    private final RequestHandlers requests = new RequestHandlers();
    private final ResponseHandlers responses = new ResponseHandlers();

    @Override
    public void setMessageListener(TransportMessageListener listener) {
        // There will be no messages.
    }

    @Override
    public BoundTransportAddress boundAddress() {
        return new BoundTransportAddress(new TransportAddress[] {NOWHERE}, NOWHERE);
    }

    @Override
    public Map<String, BoundTransportAddress> profileBoundAddresses() {
        return Map.of();
    }

    @Override
    public TransportAddress[] addressesFromString(String address) {
        return new TransportAddress[0];
    }

    @Override
    public List<String> getDefaultSeedAddresses() {
        return List.of();
    }

    @Override
    public void openConnection(
            DiscoveryNode node, @Nullable ConnectionProfile profile, ActionListener<Connection> listener) {
        listener.onFailure(new ConnectTransportException(node, "this node is alone"));
    }

    @Override
    public TransportStats getStats() {
        return new TransportStats.Builder().build();
    }

    @Override
    public ResponseHandlers getResponseHandlers() {
        return responses;
    }

    @Override
    public RequestHandlers getRequestHandlers() {
        return requests;
    }

    @Override
    protected void doStart() {}

    @Override
    protected void doStop() {}

    @Override
    protected void doClose() {}
}
