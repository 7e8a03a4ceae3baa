package org.perilune.timeline;

import java.net.URI;
import java.time.Duration;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.mongo.MongoConfig;
import org.perilune.chassis.runtime.DatabaseClockConfig;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * Where the timeline listens, what it stores in, whom it asks, and how patient it is.
 *
 * @param tokenSecret by which crew knows this service
 * @param crew gives the tokens for the other two
 * @param commandDispatcher takes the commands of due events
 * @param lunarModule computes its passes, losses of signal and shadows ahead
 * @param clock when the time of the MongoDB server counts
 * @param grace how late an event may be launched and still be on time; longer than a replica set takes to elect a new
 *     primary, 12 s or so
 * @param lease how long the copy that launches may be silent before another one takes over
 * @param keepPlanned how long past events are kept
 * @param keepPredicted how long past predictions are kept
 * @param mostEvents how many events the timeline holds; every copy keeps an entry of about 200 bytes for each
 */
public record TimelineConfig(
        HttpConfig http,
        MongoConfig mongo,
        AmqpConfig amqp,
        Secret tokenSecret,
        URI crew,
        URI commandDispatcher,
        URI lunarModule,
        DatabaseClockConfig clock,
        Duration grace,
        Duration lease,
        Duration keepPlanned,
        Duration keepPredicted,
        int mostEvents) {
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(500);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(1);

    /**
     * Reads {@code http.*}, {@code mongodb.*}, {@code amqp.*}, {@code token.secret} (or {@code token.secret-file}),
     * {@code crew.url}, {@code command-dispatcher.url}, {@code lunar-module.url}, {@code clock.*}, {@code dispatch.grace}, {@code lease}, {@code
     * keep.planned}, {@code keep.predicted}, {@code most-events}.
     *
     * @param in the settings under {@code timeline.}
     */
    public static TimelineConfig read(Settings in) {
        var config = new TimelineConfig(
                HttpConfig.read(in, Topology.TIMELINE.port()),
                MongoConfig.read(in),
                AmqpConfig.read(in),
                in.secret("token.secret"),
                in.uri("crew.url", URI.create("http://127.0.0.1:" + Topology.CREW.port())),
                in.uri("command-dispatcher.url", URI.create("http://127.0.0.1:" + Topology.COMMAND_DISPATCHER.port())),
                in.uri("lunar-module.url", URI.create("http://127.0.0.1:" + Topology.LUNAR_MODULE.port())),
                DatabaseClockConfig.read(in),
                in.duration("dispatch.grace", Duration.ofSeconds(20)),
                in.duration("lease", Duration.ofSeconds(5)),
                in.duration("keep.planned", Duration.ofDays(365)),
                in.duration("keep.predicted", Duration.ofDays(30)),
                in.integer("most-events", 250_000, 1_000, 2_000_000));
        if (config.lease().compareTo(SHORTEST_LEASE) < 0 || config.lease().compareTo(LONGEST_LEASE) > 0) {
            in.fault("lease", "must be from " + SHORTEST_LEASE + " to " + LONGEST_LEASE);
        }
        return config;
    }
}
