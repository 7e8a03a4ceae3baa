package org.perilune.commanddispatcher.uplink;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import org.perilune.chassis.http.ServiceTokens;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.postgres.NotificationListener;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.commanddispatcher.verify.LeaderElectedTask;
import org.perilune.commanddispatcher.verify.TelemetryReader;
import org.perilune.commanddispatcher.verify.UplinkMeters;
import org.perilune.commanddispatcher.verify.Verifier;

/** Everything between the database and the devices: sends commands, reads answers, and ends what is overdue. */
public final class Uplink implements AutoCloseable {
    private static final int SENDER_LOCK = 1;
    private static final int VERIFIER_LOCK = 2;

    private final Resources owned;
    private final WakeupSignal work;

    private Uplink(Resources owned, WakeupSignal work) {
        this.owned = owned;
        this.work = work;
    }

    /** Returns at once, whatever is away. Adds the check {@code mqtt}. */
    public static Uplink start(
            MqttConfig mqtt,
            URI telemetryAddress,
            TlsConfig telemetryTls,
            Postgres postgres,
            Redis redis,
            ServiceTokens tokens,
            NotificationListener changes,
            Health health,
            MeterRegistry registry,
            DatabaseClock clock) {
        var owned = new Resources();
        try {
            var meters = new UplinkMeters(registry);
            var transitions = new Transitions(clock);
            var work = new WakeupSignal();
            CommandPublisher publisher = owned.add(CommandPublisher.open(mqtt, work::raise));
            health.add("mqtt", publisher::problem);
            AckReader acks = owned.add(AckReader.start(postgres, redis, transitions, meters));
            var sender = new Sender(publisher, work, acks::isBehind, transitions, meters, clock);
            owned.add(LeaderElectedTask.start("command-sender", SENDER_LOCK, postgres, sender::run));
            owned.add(ReconnectHint.follow(redis, sender::connected));
            TelemetryReader telemetry = owned.add(new TelemetryReader(telemetryAddress, telemetryTls, tokens));
            var verifier = new Verifier(telemetry, transitions, meters, clock);
            owned.add(LeaderElectedTask.start("command-verifier", VERIFIER_LOCK, postgres, verifier::run));
            changes.onChange(ids -> work.raise());
            return new Uplink(owned, work);
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /** There may be something to send. */
    public void wake() {
        work.raise();
    }

    @Override
    public void close() {
        owned.close();
    }
}
