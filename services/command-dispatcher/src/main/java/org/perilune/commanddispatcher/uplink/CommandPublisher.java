package org.perilune.commanddispatcher.uplink;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.mqtt.MqttClients;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.contracts.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands commands to the MQTT broker, in the order in which it is told to. Safe for threads. */
final class CommandPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CommandPublisher.class);
    private static final long ANSWER_SECONDS = 10;

    private final Mqtt5AsyncClient client;
    private final Tracing tracing;
    private final AtomicLong connections = new AtomicLong();
    private volatile boolean closing;
    private volatile String away = "The MQTT broker is away";

    private CommandPublisher(MqttConfig config, Tracing tracing, Runnable connected) {
        this.tracing = tracing;
        client = MqttClients.builder(config, config.user() + ":" + UUID.randomUUID(), () -> closing)
                .addConnectedListener(context -> {
                    connections.incrementAndGet();
                    connected.run();
                })
                .addDisconnectedListener(context -> away = MqttClients.away(config, context.getCause()))
                .buildAsync();
    }

    /**
     * Returns at once; a broker that is away is tried again for ever.
     *
     * @param connected called after every connect, on a thread of the network's: must not block
     */
    static CommandPublisher open(MqttConfig config, Tracing tracing, Runnable connected) {
        var publisher = new CommandPublisher(config, tracing, connected);
        CompletableFuture<Mqtt5ConnAck> _ =
                publisher.client.connectWith().cleanStart(true).keepAlive(30).send();
        return publisher;
    }

    boolean isConnected() {
        return client.getState().isConnected();
    }

    /** Another number with every connection: what was under way on the one before has an uncertain end. */
    long connection() {
        return connections.get();
    }

    Optional<String> problem() {
        return isConnected() ? Optional.empty() : Optional.of(away);
    }

    /** Never fails, and answers within ten seconds. */
    CompletableFuture<Delivery> publish(DueCommand command, Instant now) {
        long secondsLeft = Duration.between(now, command.expiresAt()).toSeconds();
        var message = Mqtt5Publish.builder()
                .topic(Topics.of(command.device(), Topics.COMMAND))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(command.message(now))
                .messageExpiryInterval(Math.max(1, secondsLeft));
        Span span = span(command);
        Tracing.of(span)
                .map(TraceContext::toString)
                .or(() -> Optional.ofNullable(command.traceparent()))
                .ifPresent(traceparent -> message.userProperties()
                        .add(TraceContext.HEADER, traceparent)
                        .applyUserProperties());
        return client.publish(message.build())
                .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .handle((result, failure) -> {
                    Delivery delivery = delivery(result, failure);
                    if (delivery != Delivery.TAKEN) {
                        Tracing.failed(span, delivery.name());
                    }
                    span.end();
                    return delivery;
                });
    }

    /** From the row's trace, which a request began; without one the command is of no trace. */
    private Span span(DueCommand command) {
        return Optional.ofNullable(command.traceparent())
                .flatMap(TraceContext::parse)
                .map(trace -> tracing.begin("command to mqtt", SpanKind.PRODUCER, Optional.of(trace))
                        .setAttribute("messaging.destination.name", Topics.of(command.device(), Topics.COMMAND)))
                .orElseGet(Span::getInvalid);
    }

    private static Delivery delivery(@Nullable Mqtt5PublishResult result, @Nullable Throwable failure) {
        Throwable error = failure instanceof CompletionException wrapper ? wrapper.getCause() : failure;
        if (result != null) {
            error = result.getError().orElse(null);
            if (error == null
                    && result instanceof Mqtt5Qos1Result answer
                    && answer.getPubAck().getReasonCode() == Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS) {
                return Delivery.NO_LINK;
            }
        }
        if (error == null) {
            return Delivery.TAKEN;
        }
        if (error instanceof Mqtt5PubAckException refusal) {
            LOG.warn(
                    "The broker refused a command [reason: {}]",
                    refusal.getMqttMessage().getReasonCode());
            return Delivery.REFUSED;
        }
        LOG.debug("The broker did not answer for a command", error);
        return Delivery.UNCERTAIN;
    }

    @Override
    public void close() {
        closing = true;
        if (!client.getState().isConnected()) {
            return;
        }
        try {
            client.disconnect().get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.debug("The connection to the broker did not close in order", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
