package org.perilune.embedded.mqtt;

import com.hivemq.bootstrap.netty.ChannelHandlerNames;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.client.ClientContext;
import com.hivemq.extension.sdk.api.client.parameter.InitializerInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.publish.PublishService;
import com.hivemq.extensions.packets.publish.PublishPacketImpl;
import com.hivemq.mqtt.message.publish.PUBLISH;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.perilune.embedded.host.BackendsConfig;

/** Our part of the broker: who comes in, who may say what, and the handler. Safe for threads. */
public final class BrokerExtension implements ExtensionMain {
    private final DeviceKeys devices;
    private final Map<String, String> servicePasswords;
    private final BrokerMeters meters;
    private final BackendsConfig.DeviceLimit limit;

    /** Of devices that were enrolled: there are not more of them than of keys. */
    private final Map<String, DeviceRate> rates = new ConcurrentHashMap<>();

    private final Map<String, Connection> connections = new ConcurrentHashMap<>();
    private volatile @Nullable InboundHandler handler;
    private volatile @Nullable PublishService publisher;

    public BrokerExtension(
            DeviceKeys devices,
            Map<String, String> servicePasswords,
            BrokerMeters meters,
            BackendsConfig.DeviceLimit limit) {
        this.limit = limit;
        this.devices = devices;
        this.servicePasswords = Map.copyOf(servicePasswords);
        this.meters = meters;
    }

    public void onPublish(@Nullable InboundHandler newHandler) {
        handler = newHandler;
    }

    @Nullable
    InboundHandler handler() {
        return handler;
    }

    /** Who uses a client id now. */
    Optional<String> userOf(String clientId) {
        return Optional.ofNullable(connections.get(clientId)).map(Connection::user);
    }

    /** Cuts off devices that were removed, or given a new key, since they logged in. */
    void cutOffRevoked() {
        for (Connection connection : connections.values()) {
            if (connection.policy() != null
                    && !Objects.equals(connection.fingerprint(), devices.fingerprint(connection.user()))) {
                Future<Void> _ = connection.channel().close();
            }
        }
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        var authenticator = new BrokerAuthenticator(this, devices, servicePasswords, meters);
        var security = Services.securityRegistry();
        security.setAuthenticatorProvider(client -> authenticator);
        security.setAuthorizerProvider(
                client -> new BrokerAuthorizer(Connection.of(client).orElse(null), meters));
        var wills = new WillTopics(servicePasswords.keySet());
        Services.interceptorRegistry().setConnectInboundInterceptorProvider(client -> wills);
        publisher = Services.publishService();
        Services.initializerRegistry().setClientInitializer(this::admit);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}

    /** Runs after the log-in and before the client is told of it, so that none of its messages passes us by. */
    private void admit(InitializerInput input, ClientContext context) {
        var admitted = Connection.of(input);
        if (admitted.isEmpty()) {
            Future<Void> _ =
                    Connection.channel(input.getConnectionInformation()).close();
            return;
        }
        Connection connection = admitted.get();
        connections.put(connection.clientId(), connection);
        meters.connections.increment();
        Future<Void> _ = connection.channel().closeFuture().addListener((Future<? super Void> closed) -> {
            connections.remove(connection.clientId(), connection);
            meters.connections.decrement();
        });
        TopicPolicy policy = connection.policy();
        if (policy != null) {
            connection
                    .channel()
                    .pipeline()
                    .addBefore(
                            ChannelHandlerNames.INTERCEPTOR_HANDLER,
                            "perilune_ingest",
                            new IngestHandler(
                                    connection.user(),
                                    policy,
                                    rate(connection.user()),
                                    this::handler,
                                    this::handOn,
                                    meters));
        }
    }

    private DeviceRate rate(String device) {
        return rates.computeIfAbsent(device, ignored -> new DeviceRate(limit, System.nanoTime()));
    }

    private CompletionStage<?> handOn(PUBLISH publish) {
        PublishService service = publisher;
        if (service == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("The broker has not started"));
        }
        return service.publish(
                Builders.publish().fromPublish(new PublishPacketImpl(publish)).build());
    }
}
