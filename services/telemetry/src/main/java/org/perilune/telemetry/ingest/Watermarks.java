package org.perilune.telemetry.ingest;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.perilune.chassis.mqtt.MqttClients;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Stored;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells devices how far their journals are stored, at once when nothing was said for a while, and else some times a
 * second. What is lost on the way is said again with the next frame, or when the device connects. Safe for threads.
 */
final class Watermarks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watermarks.class);
    private static final long PAUSE_MILLIS = 250;

    private final Mqtt5AsyncClient client;
    private final Map<Journal, Long> pending = new ConcurrentHashMap<>();
    private final WakeupSignal work = new WakeupSignal();
    private volatile boolean closing;
    private volatile String away = "The MQTT broker is away";

    private record Journal(String device, long epoch) {}

    private Watermarks(MqttConfig config) {
        client = MqttClients.builder(config, config.user() + ":stored:" + UUID.randomUUID(), () -> closing)
                .addConnectedListener(context -> work.raise())
                .addDisconnectedListener(context -> away = MqttClients.away(config, context.getCause()))
                .buildAsync();
    }

    /** Returns at once; a broker that is away is tried again for ever. */
    static Watermarks open(MqttConfig config) {
        var watermarks = new Watermarks(config);
        CompletableFuture<Mqtt5ConnAck> _ =
                watermarks.client.connectWith().cleanStart(true).keepAlive(30).send();
        Threads.start("telemetry-watermarks", watermarks::run);
        return watermarks;
    }

    Optional<String> trouble() {
        return client.getState().isConnected() ? Optional.empty() : Optional.of(away);
    }

    /** To be called after the commit, also where nothing new was stored: the device asks by sending again. */
    void offer(String device, long epoch, long upto) {
        pending.put(new Journal(device, epoch), upto);
    }

    /** The same of what was read from the database, which may be a second old. */
    void offerIfNoneNewer(String device, long epoch, long upto) {
        pending.merge(new Journal(device, epoch), upto, Math::max);
    }

    /** What was offered goes out soon. */
    void flush() {
        work.raise();
    }

    private void run() {
        try {
            while (!closing) {
                work.await();
                if (client.getState().isConnected()) {
                    send();
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void send() {
        pending.forEach((journal, upto) -> {
            // What is offered meanwhile goes out with the next round.
            if (!pending.remove(journal, upto)) {
                return;
            }
            byte[] stored = Stored.newBuilder()
                    .setEpoch(journal.epoch)
                    .setUpto(upto)
                    .build()
                    .toByteArray();
            CompletableFuture<Mqtt5PublishResult> _ = client.publishWith()
                    .topic(Topics.of(journal.device, Topics.STORED))
                    .qos(MqttQos.AT_MOST_ONCE)
                    .payload(stored)
                    .send();
        });
    }

    @Override
    public void close() {
        closing = true;
        work.raise();
        if (!client.getState().isConnected()) {
            return;
        }
        try {
            send();
            client.disconnect().get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.debug("The connection to the broker did not close in order", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
