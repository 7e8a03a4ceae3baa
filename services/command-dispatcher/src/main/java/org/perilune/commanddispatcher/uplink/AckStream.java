package org.perilune.commanddispatcher.uplink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import org.perilune.contracts.Streams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The stream of acknowledgements, read as consumer group {@code command-dispatcher} over a connection of its own. Not
 * safe for threads.
 */
final class AckStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AckStream.class);
    private static final byte[] STREAM = bytes(Streams.ACKS);
    private static final byte[] GROUP = bytes("command-dispatcher");
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** A consumer that has not even asked for so long is gone for good. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private final Jedis jedis;
    private final byte[] consumer;

    AckStream(Redis redis, String consumer) {
        this.jedis = redis.dedicated(ANSWER);
        this.consumer = bytes(consumer);
    }

    /** From the stream's beginning: nothing that came before the group is lost. */
    void makeGroup() {
        try {
            jedis.sendCommand(Command.XGROUP, bytes("CREATE"), STREAM, GROUP, bytes("0"), bytes("MKSTREAM"));
        } catch (JedisDataException fault) {
            if (!String.valueOf(fault.getMessage()).startsWith("BUSYGROUP")) {
                throw fault;
            }
        }
    }

    /** What nobody read yet. */
    List<AckEntry> fresh(int count, Duration block) {
        Object answer = jedis.sendCommand(
                Command.XREADGROUP,
                bytes("GROUP"),
                GROUP,
                consumer,
                bytes("COUNT"),
                bytes(Integer.toString(count)),
                bytes("BLOCK"),
                bytes(Long.toString(block.toMillis())),
                bytes("STREAMS"),
                STREAM,
                bytes(">"));
        if (answer == null) {
            return List.of();
        }
        List<?> stream = (List<?>) ((List<?>) answer).getFirst();
        return entries((List<?>) stream.get(1));
    }

    /** What another read, or we ourselves, and did not acknowledge for so long. */
    List<AckEntry> abandoned(int count, Duration idle) {
        List<?> answer = (List<?>) jedis.sendCommand(
                Command.XAUTOCLAIM,
                STREAM,
                GROUP,
                consumer,
                bytes(Long.toString(idle.toMillis())),
                bytes("0-0"),
                bytes("COUNT"),
                bytes(Integer.toString(count)));
        return entries((List<?>) answer.get(1));
    }

    /**
     * After the commit: what is settled leaves the stream, what was no good goes to the rejects. What Redis does not take
     * there, since it is full, stays in the stream and is read again later.
     *
     * @return what went to the rejects
     */
    List<AckReject> settle(List<AckEntry> settled, List<AckReject> rejects) {
        List<AckReject> written = write(rejects);
        Set<AckReject> refused = Collections.newSetFromMap(new IdentityHashMap<>());
        refused.addAll(rejects);
        written.forEach(refused::remove);
        Set<AckEntry> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        refused.forEach(reject -> kept.add(reject.entry()));
        remove(settled.stream().filter(entry -> !kept.contains(entry)).toList());
        return written;
    }

    private List<AckReject> write(List<AckReject> rejects) {
        if (rejects.isEmpty()) {
            return List.of();
        }
        var answers = new ArrayList<Response<Object>>(rejects.size());
        try (Pipeline pipeline = jedis.pipelined()) {
            rejects.forEach(reject -> answers.add(pipeline.sendCommand(Command.XADD, reject.arguments())));
            pipeline.sync();
        }
        var written = new ArrayList<AckReject>(rejects.size());
        for (int index = 0; index < rejects.size(); index++) {
            try {
                answers.get(index).get();
                written.add(rejects.get(index));
            } catch (JedisDataException full) {
                LOG.debug("Redis does not take a reject", full);
            }
        }
        return written;
    }

    private void remove(List<AckEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        var acknowledgement = new byte[entries.size() + 2][];
        var removal = new byte[entries.size() + 1][];
        acknowledgement[0] = STREAM;
        acknowledgement[1] = GROUP;
        removal[0] = STREAM;
        for (int index = 0; index < entries.size(); index++) {
            acknowledgement[index + 2] = entries.get(index).id();
            removal[index + 1] = entries.get(index).id();
        }
        try (Pipeline pipeline = jedis.pipelined()) {
            var acknowledged = pipeline.sendCommand(Command.XACK, acknowledgement);
            var removed = pipeline.sendCommand(Command.XDEL, removal);
            pipeline.sync();
            acknowledged.get();
            removed.get();
        }
    }

    /** Takes copies that are gone off the list, once nothing of theirs is left. */
    void forgetConsumers() {
        Object answer = jedis.sendCommand(Command.XINFO, bytes("CONSUMERS"), STREAM, GROUP);
        for (Object other : (List<?>) answer) {
            List<?> facts = (List<?>) other;
            if (fact(facts, "name") instanceof byte[] name
                    && fact(facts, "pending") instanceof Long pending
                    && pending == 0
                    && fact(facts, "idle") instanceof Long idle
                    && idle > FORGOTTEN.toMillis()) {
                jedis.sendCommand(Command.XGROUP, bytes("DELCONSUMER"), STREAM, GROUP, name);
            }
        }
    }

    private static @Nullable Object fact(List<?> facts, String name) {
        for (int index = 0; index + 1 < facts.size(); index += 2) {
            if (new String((byte[]) facts.get(index), UTF_8).equals(name)) {
                return facts.get(index + 1);
            }
        }
        return null;
    }

    private static List<AckEntry> entries(List<?> raw) {
        var entries = new ArrayList<AckEntry>(raw.size());
        for (Object entry : raw) {
            if (entry instanceof List<?> pair && pair.get(1) instanceof List<?> fields) {
                entries.add(new AckEntry((byte[]) pair.get(0), fields));
            }
        }
        return entries;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        try {
            jedis.close();
        } catch (JedisException alreadyBroken) {
            // There is nothing left to close.
            return;
        }
    }
}
