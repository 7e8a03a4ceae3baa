package org.perilune.batchrouter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.contracts.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Writes a group of messages to Redis in one go. Not safe for threads. */
final class GroupWriter {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final byte[] MAXLEN = "MAXLEN".getBytes(UTF_8);

    /** What an entry takes beside its payload, about. */
    private static final int EVENT_BYTES = 200;

    private final Redis redis;
    private final RouterMeters meters;
    private final TopicQuota topics;
    private final Routes routes = new Routes();
    private final Map<String, DeviceRations> rations = new HashMap<>();
    private final long eventBytesAMinute;
    private @Nullable Jedis connection;

    GroupWriter(Redis redis, TopicQuota topics, RouterMeters meters, long eventBytesAMinute) {
        this.redis = redis;
        this.topics = topics;
        this.eventBytesAMinute = eventBytesAMinute;
        this.meters = meters;
    }

    /**
     * Tells each message what became of it.
     *
     * @param group stays as it is
     * @throws JedisException if Redis is away: nothing was told, and the group is to be written again
     */
    void write(List<Message> group) {
        Jedis jedis = connected();
        var sent = new ArrayList<Message>(group.size());
        List<Object> answers;
        trim(jedis);
        try (Pipeline pipeline = jedis.pipelined()) {
            for (Message message : group) {
                Optional<Routes.Entry> entry = routes.entry(message);
                if (entry.isPresent() && isKept(entry.get(), message)) {
                    pipeline.sendCommand(Command.XADD, entry.get().arguments());
                    sent.add(message);
                }
            }
            answers = sent.isEmpty() ? List.of() : pipeline.syncAndReturnAll();
        }
        meters.group(sent.size());
        settle(jedis, sent, answers);
        // Those without an entry.
        group.forEach(message -> message.done().complete(null));
    }

    /** Makes the room that the group was promised. */
    private void trim(Jedis jedis) {
        topics.takeTrims().forEach((topic, entries) -> {
            Object answer = jedis.sendCommand(
                    Command.XTRIM,
                    topic.getBytes(UTF_8),
                    MAXLEN,
                    Long.toString(entries).getBytes(UTF_8));
            if (answer instanceof Long gone && gone > 0) {
                meters.topicsDropped.increment((double) gone);
                topics.dropped(topic);
            }
        });
    }

    /**
     * Whether there is room for what is no telemetry: rejects, connects and last wills. More of them than anybody needs is
     * dropped and counted, so that it fills neither Redis nor the database.
     */
    private boolean isKept(Routes.Entry entry, Message message) {
        if (entry.rejected()) {
            meters.rejected.increment();
        }
        String stream = entry.eventStream();
        if (stream == null) {
            return true;
        }
        String device =
                Topics.parse(message.topic()).map(Topics.FleetTopic::device).orElse(message.client());
        DeviceRations each =
                rations.computeIfAbsent(stream, ignored -> new DeviceRations(eventBytesAMinute, System::nanoTime));
        if (!topics.isFull(stream) && each.take(device, entry.payloadBytes() + EVENT_BYTES)) {
            return true;
        }
        meters.dropped(stream);
        return false;
    }

    private void settle(Jedis jedis, List<Message> sent, List<Object> answers) {
        for (int index = 0; index < sent.size(); index++) {
            if (answers.get(index) instanceof JedisDataException fault && isAway(fault)) {
                // The whole group is written again: what is there already is recognised by its identity later.
                throw new JedisException(fault.getMessage(), fault);
            }
        }
        long now = System.nanoTime();
        for (int index = 0; index < sent.size(); index++) {
            Message message = sent.get(index);
            if (!(answers.get(index) instanceof JedisDataException fault)) {
                meters.latency(now - message.taken());
                message.done().complete(null);
            } else if (String.valueOf(fault.getMessage()).startsWith("WRONGTYPE")) {
                Routes.Entry reject = Routes.reject(message, "The topic has the name of something else in Redis");
                meters.rejected.increment();
                jedis.sendCommand(Command.XADD, reject.arguments());
                message.done().complete(null);
            } else {
                meters.refused.increment();
                message.refuse(String.valueOf(fault.getMessage()));
            }
        }
    }

    private static boolean isAway(JedisDataException fault) {
        String message = String.valueOf(fault.getMessage());
        return message.startsWith("LOADING") || message.startsWith("BUSY") || message.startsWith("MISCONF");
    }

    private Jedis connected() {
        Jedis jedis = connection;
        if (jedis == null) {
            jedis = redis.dedicated(ANSWER);
            connection = jedis;
        }
        return jedis;
    }

    /** The next group gets a new connection. */
    void disconnect() {
        Jedis jedis = connection;
        connection = null;
        if (jedis != null) {
            try {
                jedis.close();
            } catch (JedisException failure) {
                LOG.debug("A broken connection could not be closed", failure);
            }
        }
    }
}
