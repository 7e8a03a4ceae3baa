package org.perilune.batchrouter;

import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology;

/**
 * How messages come in, and where they go.
 *
 * @param clientId names the session at the broker; every copy needs one of its own
 * @param topics filters of the users' topics that a subscriber takes beside the fleet's
 * @param window messages that the broker may send ahead of our acknowledgement
 * @param queue messages that wait for Redis at most; what comes beyond is refused
 * @param topicsMemory part of Redis' memory, 0 to 1, that the streams of users' topics may take together
 * @param topicsMemoryEach the part that one such stream, and those of one device together, may take
 * @param topicsRefusing filters of users' topics that take nothing more when they are full; others lose their oldest
 * @param eventsMemory the part that rejects, connects and last wills may take, each for themselves
 * @param eventBytesAMinute of each device: what is kept of its rejects, connects and last wills, each for themselves
 */
public record BatchRouterConfig(
        HttpConfig http,
        RedisConfig redis,
        MqttConfig mqtt,
        IngestMode ingestMode,
        String clientId,
        List<String> topics,
        int window,
        int queue,
        double topicsMemory,
        double topicsMemoryEach,
        List<String> topicsRefusing,
        double eventsMemory,
        long eventBytesAMinute) {
    /** Who hands us messages. */
    public enum IngestMode {
        /** The embedded broker, before it acknowledges; last wills alone come by subscription. */
        EMBEDDED,
        /** Any broker: everything comes by subscription. */
        SUBSCRIBER
    }

    public BatchRouterConfig {
        topics = List.copyOf(topics);
        topicsRefusing = List.copyOf(topicsRefusing);
    }

    /**
     * Reads {@code http.*}, {@code redis.*}, {@code mqtt.*}, {@code ingest-mode} ({@code embedded} or {@code subscriber}),
     * {@code mqtt.client-id}, {@code mqtt.window}, {@code topics} (separated by commas), {@code queue}, {@code
     * topics.memory}, {@code topics.memory-each}, {@code topics.refuse} (filters, separated by commas), {@code
     * events.memory}, {@code events.kilobytes-a-minute}.
     *
     * @param in the settings under {@code batch-router.}
     */
    public static BatchRouterConfig read(Settings in) {
        var config = new BatchRouterConfig(
                HttpConfig.read(in, Topology.BATCH_ROUTER.port()),
                RedisConfig.read(in),
                MqttConfig.read(in),
                ingestMode(in),
                in.text("mqtt.client-id", Topology.BATCH_ROUTER.name()),
                list(in.text("topics", "#")),
                in.integer("mqtt.window", 2_000, 1, 65_535),
                in.integer("queue", 100_000, 1_000, 1_000_000),
                in.decimal("topics.memory", 0.25, 0.001, 0.6),
                in.decimal("topics.memory-each", 0.05, 0.001, 0.6),
                filters(in, "topics.refuse"),
                in.decimal("events.memory", 0.05, 0.001, 0.6),
                1024L * in.integer("events.kilobytes-a-minute", 4_096, 256, 1_000_000));
        if (config.topicsMemoryEach() > config.topicsMemory()) {
            in.fault("topics.memory-each", "must not be more than topics.memory");
        }
        return config;
    }

    private static List<String> list(String text) {
        return Stream.of(text.split(","))
                .map(String::strip)
                .filter(topic -> !topic.isEmpty())
                .toList();
    }

    private static List<String> filters(Settings in, String key) {
        List<String> filters = list(in.text(key, ""));
        for (String filter : filters) {
            try {
                MqttTopicFilter.of(filter);
            } catch (IllegalArgumentException fault) {
                in.fault(key, "'" + filter + "' is no filter of MQTT topics");
                return List.of();
            }
        }
        return filters;
    }

    private static IngestMode ingestMode(Settings in) {
        String name = in.text("ingest-mode", "embedded");
        for (IngestMode ingestMode : IngestMode.values()) {
            if (ingestMode.name().toLowerCase(Locale.ROOT).equals(name)) {
                return ingestMode;
            }
        }
        in.fault("ingest-mode", "'" + name + "' is neither embedded nor subscriber");
        return IngestMode.EMBEDDED;
    }
}
