package org.perilune.batchrouter;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.mqtt.MqttClients;
import org.perilune.contracts.MessageRefused;
import org.perilune.contracts.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lasting session at the broker, shared by all copies, that acknowledges what Redis has. The client sends
 * acknowledgements in the order of arrival, whatever the order of ours; so one that is not taken is tried again
 * here, and the broker stops at the window.
 */
final class Subscriber implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final String SHARED = "$share/batch-router/";
    private static final String EVERYTHING = "#";
    private static final long SESSION_SECONDS = Duration.ofHours(24).toSeconds();
    private static final Set<String> FLEET_LEAVES =
            Set.of(Topics.TELEMETRY, Topics.CONNECT, Topics.LAST_WILL, Topics.ACK);
    private static final long RETRY_MILLIS = 500;

    private final Mqtt5AsyncClient client;
    private final BatchRouterService router;
    private final Session session;
    private volatile boolean closing;
    private volatile @Nullable String trouble = "There is no connection yet";

    /**
     * A lasting session at the broker.
     *
     * @param takes which topics it takes; the others are another session's, and are only acknowledged
     */
    record Session(String clientId, List<String> filters, Predicate<String> takes) {
        Session {
            filters = List.copyOf(filters);
        }
    }

    private Subscriber(BatchRouterConfig config, Session session, BatchRouterService router) {
        this.router = router;
        this.session = session;
        this.client = MqttClients.builder(config.mqtt(), session.clientId(), () -> closing)
                .addConnectedListener(context -> subscribe())
                .addDisconnectedListener(context -> trouble = MqttClients.away(config.mqtt(), context.getCause()))
                .buildAsync();
        // Before connecting: what a resumed session delivers with nobody registered is acknowledged and gone.
        client.publishes(MqttGlobalPublishFilter.ALL, this::take, true);
    }

    /** Returns at once; a broker that is away is tried again for ever. */
    static Subscriber open(BatchRouterConfig config, Session session, BatchRouterService router) {
        var subscriber = new Subscriber(config, session, router);
        CompletableFuture<Mqtt5ConnAck> _ = subscriber
                .client
                .connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(SESSION_SECONDS)
                .keepAlive(30)
                .restrictions()
                .receiveMaximum(config.window())
                .applyRestrictions()
                .send()
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        LOG.debug("The first attempt to connect ended", failure);
                    }
                });
        return subscriber;
    }

    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Users' topics have a session of their own: it stands still while one of them may not grow, and the fleet's must
     * not stand still with it.
     */
    static List<Session> sessions(BatchRouterConfig config) {
        String wills = Topics.of("+", Topics.LAST_WILL);
        if (config.ingestMode() == BatchRouterConfig.IngestMode.EMBEDDED) {
            return List.of(new Session(
                    config.clientId(), List.of(wills, Topics.LAST_WILL, Topics.willOf("+", "#")), topic -> true));
        }
        List<String> fleet = List.of(
                Topics.of("+", Topics.TELEMETRY),
                Topics.of("+", Topics.CONNECT),
                wills,
                Topics.of("+", Topics.ACK),
                Topics.CONNECT,
                Topics.LAST_WILL);
        // Beside everything no other: overlapping filters would bring messages twice.
        List<String> users = config.topics().contains(EVERYTHING) ? List.of(EVERYTHING) : config.topics();
        var sessions = new ArrayList<>(List.of(new Session(config.clientId(), fleet, topic -> true)));
        if (!users.isEmpty()) {
            sessions.add(new Session(config.clientId() + "-topics", users, topic -> !isOfTheFleet(topic)));
        }
        return sessions;
    }

    /** Whether the fleet's session brings it, too. */
    private static boolean isOfTheFleet(String topic) {
        return topic.equals(Topics.CONNECT)
                || topic.equals(Topics.LAST_WILL)
                || Topics.parse(topic)
                        .map(Topics.FleetTopic::leaf)
                        .filter(FLEET_LEAVES::contains)
                        .isPresent();
    }

    private void subscribe() {
        if (closing) {
            CompletableFuture<Void> _ = client.disconnect();
            return;
        }
        List<Mqtt5Subscription> subscriptions = session.filters().stream()
                .map(filter -> Mqtt5Subscription.builder()
                        .topicFilter(SHARED + filter)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retainAsPublished(true)
                        .build())
                .toList();
        CompletableFuture<Mqtt5SubAck> _ = client.subscribe(
                        Mqtt5Subscribe.builder().addSubscriptions(subscriptions).build())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        trouble = null;
                        return;
                    }
                    trouble = "The MQTT broker refuses the subscription: " + failure.getMessage();
                    LOG.error("The broker refuses our subscription", failure);
                });
    }

    private void take(Mqtt5Publish publish) {
        String topic = publish.getTopic().toString();
        if (!session.takes().test(topic)) {
            acknowledge(publish);
            return;
        }
        String client = Topics.parse(topic).map(Topics.FleetTopic::device).orElse("");
        String traceparent = publish.getUserProperties().asList().stream()
                .filter(property -> property.getName().toString().equals("traceparent"))
                .map(Mqtt5UserProperty::getValue)
                .map(Object::toString)
                .findFirst()
                .orElse(null);
        String will = Topics.willOf(client, "");
        boolean isWill = topic.startsWith(will);
        take(
                publish,
                client,
                isWill ? topic.substring(will.length()) : topic,
                publish.getPayloadAsBytes(),
                traceparent,
                isWill);
    }

    private void take(
            Mqtt5Publish publish,
            String client,
            String topic,
            byte[] payload,
            @Nullable String traceparent,
            boolean isWill) {
        router.take(client, topic, payload, traceparent).whenComplete((nothing, failure) -> {
            if (failure == null && isWill) {
                publishUnder(topic, publish);
            } else if (failure == null || failure instanceof MessageRefused) {
                acknowledge(publish);
            } else if (!closing) {
                CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> take(publish, client, topic, payload, traceparent, isWill));
            }
        });
    }

    /** A last will of a device, which is kept, goes to those who subscribed to the topic that was meant. */
    private void publishUnder(String topic, Mqtt5Publish will) {
        CompletableFuture<Mqtt5PublishResult> _ = client.publish(
                        will.extend().topic(topic).build())
                // What subscribers could not be told is kept nevertheless.
                .whenComplete((result, failure) -> acknowledge(will));
    }

    private static void acknowledge(Mqtt5Publish publish) {
        try {
            publish.acknowledge();
        } catch (IllegalStateException ofAnOlderConnection) {
            LOG.debug("An acknowledgement came too late", ofAnOlderConnection);
        }
    }

    @Override
    public void close() {
        closing = true;
        if (!client.getState().isConnected()) {
            return;
        }
        try {
            client.disconnect().get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | CompletionException failure) {
            LOG.debug("The connection to the broker did not close in order", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
