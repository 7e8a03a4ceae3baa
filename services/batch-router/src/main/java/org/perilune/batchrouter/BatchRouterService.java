package org.perilune.batchrouter;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.Peers;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenVerifier;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.Service;
import org.perilune.chassis.server.Main;
import org.perilune.chassis.server.ServiceDefinition;
import org.perilune.chassis.tracing.Tracing;
import org.perilune.contracts.Topology;

/** Takes messages, and says so when Redis has them. */
public final class BatchRouterService implements Service {
    /** How it is read and started. */
    public static final ServiceDefinition<BatchRouterConfig> DEFINITION =
            new ServiceDefinition<>(Topology.BATCH_ROUTER, BatchRouterConfig::read, BatchRouterService::start);

    private final Resources owned = new Resources();
    private final Clock clock;
    private final Batcher batcher;
    private final RouterMeters counts;
    private final HttpListener http;
    private final Tracing tracing;

    private BatchRouterService(BatchRouterConfig config, Clock clock) {
        this.clock = clock;
        try {
            var meters = Meters.open();
            this.tracing = owned.add(
                    Tracing.open(Topology.BATCH_ROUTER.name(), config.http().tracing(), meters));
            var health = new Health();
            Redis redis = owned.add(Redis.open(config.redis()));
            MemoryBackPressure room = owned.add(MemoryBackPressure.watch(redis));
            var shares = new TopicQuota.Shares(
                    config.topicsMemory(), config.topicsMemoryEach(), config.topicsRefusing(), config.eventsMemory());
            TopicQuota topics = owned.add(TopicQuota.watch(redis, shares));
            this.counts = new RouterMeters(meters);
            this.batcher =
                    owned.add(Batcher.start(redis, room, topics, counts, config.queue(), config.eventBytesAMinute()));
            var subscribers = new ArrayList<Subscriber>();
            for (Subscriber.Session session : Subscriber.sessions(config)) {
                subscribers.add(owned.add(Subscriber.open(config, session, this)));
            }
            health.add("redis", redis::problem);
            health.add("batcher", batcher::trouble);
            health.add(
                    "mqtt",
                    () -> subscribers.stream()
                            .map(Subscriber::trouble)
                            .flatMap(Optional::stream)
                            .findFirst());
            this.http = owned.add(HttpListener.open(
                    config.http(),
                    Topology.BATCH_ROUTER.name(),
                    health,
                    meters,
                    tracing,
                    owned.add(TokenVerifier.open(
                            config.http().tokens(),
                            new Peers(meters, config.http().tls().calls()),
                            meters,
                            clock)),
                    javalin -> {}));
        } catch (Throwable failure) {
            owned.closeAfter(failure);
            throw failure;
        }
    }

    /**
     * The service alone in its process.
     *
     * @param files of settings, the last one wins
     */
    public static void main(String... files) {
        Main.run(DEFINITION, files);
    }

    /** Returns at once even where backing stores are away: the service is unready until they are there. */
    public static BatchRouterService start(BatchRouterConfig config, Clock clock) {
        return new BatchRouterService(config, clock);
    }

    /**
     * Takes one message; never blocks. Safe for threads; messages of one caller stay in order.
     *
     * @param client who published it, as the broker authenticated it
     * @param payload never changed, not to be changed
     * @param traceparent W3C trace context of the message, where it had one
     * @return completes when Redis has the message on disk, or it is one too many of its kind and dropped; exceptionally
     *     when it could not be taken, so that the sender must not be told that it was: with {@link
     *     org.perilune.contracts.MessageRefused} if it is not to be sent again
     */
    public CompletionStage<Void> take(String client, String topic, byte[] payload, @Nullable String traceparent) {
        Instant now = clock.instant();
        long micros = TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
        var done = new CompletableFuture<Void>();
        String place = MessageSpans.begin(tracing, topic, traceparent, done);
        return batcher.take(new Message(client, topic, payload, place, micros, System.nanoTime(), done));
    }

    /** A broker reads a device more slowly than it sends; is counted. */
    public void slowed() {
        counts.devicesSlowed.increment();
    }

    /** The port that was taken, where the config said 0. */
    @Override
    public int port() {
        return http.port();
    }

    /** Stops taking, and writes what was taken, within seconds. */
    @Override
    public void close() {
        owned.close();
    }
}
