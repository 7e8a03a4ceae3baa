package org.perilune.batchrouter;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the books of {@link TopicQuota}: what the streams of users' topics hold, and which of them lose their oldest
 * entries so that there is room for the next. A stream counts as its last writer's. Safe for threads.
 */
final class TopicShares {
    /** A stream counts as this much at least: the number of streams is bounded, too. */
    static final long LEAST_STREAM_BYTES = 16 * 1024;

    private static final int ENTRY_BYTES = 200;

    /** A stream that is to lose its oldest loses this part of its entries, so that it need not at every message. */
    private static final int PART_TO_DROP = 4;

    private final TopicQuota.Shares shares;
    private final List<MqttTopicFilter> refusing;
    private final Map<String, Stream> streams = new HashMap<>();
    private final Map<String, Long> devices = new HashMap<>();
    private final Map<String, Long> trims = new LinkedHashMap<>();
    private long total;
    private long most = Long.MAX_VALUE;
    private long mostEach = Long.MAX_VALUE;

    /** What Redis has of a stream. */
    record Measured(long bytes, long entries) {}

    private static final class Stream {
        private final String topic;
        private String device = "";
        private long bytes;
        private long entries;
        private long addedBeforeLook;
        private long added;

        private Stream(String topic) {
            this.topic = topic;
        }
    }

    TopicShares(TopicQuota.Shares shares) {
        this.shares = shares;
        this.refusing = shares.refusing().stream().map(MqttTopicFilter::of).toList();
    }

    /**
     * Counts the message, or says why there is no room for it.
     *
     * @param device empty where the broker does not say
     */
    synchronized Optional<String> take(String device, String topic, int payloadBytes) {
        Stream known = streams.get(topic);
        long more = payloadBytes + ENTRY_BYTES + (known == null ? LEAST_STREAM_BYTES : 0);
        while (known != null && known.bytes + more > mostEach) {
            if (!dropOldest(known)) {
                return Optional.of("the topic " + topic);
            }
        }
        while (!device.isEmpty() && others(device, known) + held(known) + more > mostEach) {
            if (!dropOldest(largest(stream -> stream.device.equals(device)))) {
                return Optional.of("the topics of " + device);
            }
        }
        while (total + more > most) {
            if (!dropOldest(largest(stream -> true))) {
                return Optional.of("users' topics");
            }
        }
        Stream stream = known == null ? new Stream(topic) : known;
        streams.putIfAbsent(topic, stream);
        count(stream.device, -stream.bytes);
        stream.device = device;
        stream.bytes += more;
        stream.added += more;
        stream.entries++;
        count(device, stream.bytes);
        total += more;
        return Optional.empty();
    }

    private long others(String device, @Nullable Stream known) {
        return devices.getOrDefault(device, 0L) - (known != null && known.device.equals(device) ? known.bytes : 0);
    }

    private static long held(@Nullable Stream stream) {
        return stream == null ? 0 : stream.bytes;
    }

    /** Of those that may lose something. */
    private @Nullable Stream largest(Predicate<Stream> wanted) {
        return streams.values().stream()
                .filter(wanted)
                .filter(this::mayLose)
                .max(Comparator.comparingLong(stream -> stream.bytes))
                .orElse(null);
    }

    private boolean mayLose(Stream stream) {
        return stream.entries > 1 && stream.bytes > 2 * LEAST_STREAM_BYTES && !isRefusing(stream.topic);
    }

    private boolean isRefusing(String topic) {
        return !refusing.isEmpty() && refusing.stream().anyMatch(filter -> filter.matches(MqttTopic.of(topic)));
    }

    private boolean dropOldest(@Nullable Stream stream) {
        if (stream == null || !mayLose(stream)) {
            return false;
        }
        long fewer = Math.max(1, stream.entries / PART_TO_DROP);
        long less = Math.max(1, stream.bytes * fewer / stream.entries);
        stream.entries -= fewer;
        stream.bytes -= less;
        // What was dropped may be what was added: it is not to count on top of what is measured.
        stream.added = Math.max(0, stream.added - less);
        total -= less;
        count(stream.device, -less);
        trims.put(stream.topic, stream.entries);
        return true;
    }

    /** How many entries streams are to keep, their newest; each is told once. */
    synchronized Map<String, Long> takeTrims() {
        if (trims.isEmpty()) {
            return Map.of();
        }
        Map<String, Long> due = Map.copyOf(trims);
        trims.clear();
        return due;
    }

    /** Bytes, as far as is known. */
    synchronized long used() {
        return total;
    }

    synchronized void beginLook() {
        for (Stream stream : streams.values()) {
            stream.addedBeforeLook = stream.added;
            stream.added = 0;
        }
    }

    /**
     * What was taken of late may not have been in Redis when it was measured, and counts on top until the next look.
     *
     * @param memory that Redis may use; 0: no bound
     */
    synchronized void settle(long memory, Map<String, Measured> measured) {
        most = memory == 0 ? Long.MAX_VALUE : (long) (memory * shares.all());
        mostEach = memory == 0 ? Long.MAX_VALUE : (long) (memory * shares.each());
        measured.keySet().forEach(topic -> streams.computeIfAbsent(topic, Stream::new));
        streams.values().removeIf(stream -> {
            Measured now = measured.get(stream.topic);
            stream.bytes = (now == null ? 0 : now.bytes()) + stream.addedBeforeLook + stream.added;
            stream.entries = Math.max(now == null ? 0 : now.entries(), 1);
            return stream.bytes == 0;
        });
        devices.clear();
        total = 0;
        for (Stream stream : streams.values()) {
            total += stream.bytes;
            count(stream.device, stream.bytes);
        }
    }

    private void count(String device, long more) {
        long sum = devices.merge(device, more, Long::sum);
        if (sum <= 0) {
            devices.remove(device);
        }
    }
}
