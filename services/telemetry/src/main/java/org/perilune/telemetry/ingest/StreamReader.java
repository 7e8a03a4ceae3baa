package org.perilune.telemetry.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.redis.Redis;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Reads streams as the consumer group {@code telemetry}, over a connection of its own. The group has one consumer by
 * one name: whoever owns a stream reads on where the owner before left off, what was read and not acknowledged first.
 * Not safe for threads.
 */
final class StreamReader implements AutoCloseable {
    private static final byte[] GROUP = bytes("telemetry");
    private static final byte[] CONSUMER = bytes("owner");
    private static final byte[] NEW = bytes(">");
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /**
     * Reads of each stream until it has so many entries or bytes: XREADGROUP alone counts entries, and 2,000 of them may
     * be some kilobytes or half a gigabyte.
     */
    private static final byte[] READ = bytes("""
            local chunk, most, budget = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
            local found = {}
            for _, key in ipairs(KEYS) do
                local after, entries, size, more = ARGV[3], {}, 0, true
                while more do
                    local answer = redis.call(
                        'XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', chunk, 'STREAMS', key, after)
                    local read = answer and answer[1] and answer[1][2] or {}
                    for _, entry in ipairs(read) do
                        entries[#entries + 1] = entry
                        if after ~= '>' then after = entry[1] end
                        for _, field in ipairs(entry[2] or {}) do size = size + #field end
                    end
                    more = #read == chunk and #entries + chunk <= most and size < budget
                end
                if #entries > 0 then found[#found + 1] = {key, entries} end
            end
            return found
            """);

    private final Jedis jedis;

    StreamReader(Redis redis) {
        this.jedis = redis.dedicated(ANSWER);
    }

    /** From the stream's beginning: nothing that came before the group is lost. */
    void makeGroup(String stream) {
        try {
            jedis.sendCommand(Command.XGROUP, bytes("CREATE"), bytes(stream), GROUP, bytes("0"), bytes("MKSTREAM"));
        } catch (JedisDataException fault) {
            if (!String.valueOf(fault.getMessage()).startsWith("BUSYGROUP")) {
                throw fault;
            }
        }
    }

    /** What was read and not acknowledged, beyond an id; empty at its end. */
    List<StreamEntry> pending(String stream, byte[] after, BatchSize size) {
        return read(List.of(stream), after, size).getOrDefault(stream, List.of());
    }

    /** What nobody read yet, by stream; waits for the first of it. */
    Map<String, List<StreamEntry>> fresh(List<String> streams, BatchSize size, Duration block) {
        Map<String, List<StreamEntry>> waiting = read(streams, NEW, size);
        return waiting.isEmpty() ? next(streams, Math.min(size.entries(), BatchSize.CHUNK), block) : waiting;
    }

    private Map<String, List<StreamEntry>> read(List<String> streams, byte[] after, BatchSize size) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(READ);
        arguments.add(bytes(Integer.toString(streams.size())));
        streams.forEach(stream -> arguments.add(bytes(stream)));
        arguments.add(GROUP);
        arguments.add(CONSUMER);
        arguments.add(after);
        arguments.add(bytes(Integer.toString(Math.min(size.entries(), BatchSize.CHUNK))));
        arguments.add(bytes(Integer.toString(size.entries())));
        arguments.add(bytes(Integer.toString(Math.max(1, size.bytes() / streams.size()))));
        return entries(jedis.sendCommand(Command.EVAL, arguments.toArray(byte[][]::new)));
    }

    /** A script cannot wait. Few entries, since nothing bounds their bytes. */
    private Map<String, List<StreamEntry>> next(List<String> streams, int countEach, Duration block) {
        var arguments = new ArrayList<byte[]>();
        arguments.add(bytes("GROUP"));
        arguments.add(GROUP);
        arguments.add(CONSUMER);
        arguments.add(bytes("COUNT"));
        arguments.add(bytes(Integer.toString(countEach)));
        arguments.add(bytes("BLOCK"));
        arguments.add(bytes(Long.toString(block.toMillis())));
        arguments.add(bytes("STREAMS"));
        streams.forEach(stream -> arguments.add(bytes(stream)));
        streams.forEach(stream -> arguments.add(NEW));
        return entries(jedis.sendCommand(Command.XREADGROUP, arguments.toArray(byte[][]::new)));
    }

    void acknowledge(String stream, List<StreamEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        var arguments = new byte[entries.size() + 2][];
        arguments[0] = bytes(stream);
        arguments[1] = GROUP;
        for (int index = 0; index < entries.size(); index++) {
            arguments[index + 2] = entries.get(index).id();
        }
        jedis.sendCommand(Command.XACK, arguments);
    }

    /** Part of the memory that Redis may use which it uses, 0 to 1; 0 where it is unbounded. */
    double memoryUsed() {
        String info = new String((byte[]) jedis.sendCommand(Command.INFO, bytes("memory")), UTF_8);
        long most = number(info, "maxmemory:");
        return most == 0 ? 0 : (double) number(info, "used_memory:") / most;
    }

    private static long number(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> Long.parseLong(line.substring(name.length()).strip()))
                .findFirst()
                .orElse(0L);
    }

    /**
     * Removes entries below an id, as far as every group has acknowledged them.
     *
     * @param keepFrom the oldest entry that live followers may still want; {@link StreamId#END}: none is
     * @return entries that our group has not read yet
     */
    long trim(String stream, @Nullable StreamId keepFrom) {
        long lag = 0;
        StreamId bound = keepFrom;
        for (Object group : (List<?>) jedis.sendCommand(Command.XINFO, bytes("GROUPS"), bytes(stream))) {
            Map<String, Object> facts = facts((List<?>) group);
            byte[] name = (byte[]) facts.get("name");
            if (name != null
                    && new String(name, UTF_8).equals("telemetry")
                    && facts.get("lag") instanceof Long behind) {
                lag = behind;
            }
            StreamId needed = oldestNeeded(stream, name, facts);
            bound = bound != null && needed != null && needed.compareTo(bound) < 0 ? needed : bound;
        }
        if (bound != null) {
            jedis.sendCommand(
                    Command.XTRIM,
                    bytes(stream),
                    bytes("MINID"),
                    bytes("~"),
                    bytes(bound.toString()),
                    bytes("LIMIT"),
                    bytes("50000"));
        }
        return lag;
    }

    private @Nullable StreamId oldestNeeded(String stream, byte @Nullable [] group, Map<String, Object> facts) {
        if (facts.get("pending") instanceof Long pending && pending > 0 && group != null) {
            List<?> summary = (List<?>) jedis.sendCommand(Command.XPENDING, bytes(stream), group);
            if (summary.get(1) instanceof byte[] oldest) {
                return StreamId.of(oldest);
            }
        }
        return facts.get("last-delivered-id") instanceof byte[] last ? StreamId.of(last) : null;
    }

    private static Map<String, Object> facts(List<?> flat) {
        var facts = new LinkedHashMap<String, Object>();
        for (int index = 0; index + 1 < flat.size(); index += 2) {
            Object value = flat.get(index + 1);
            if (value != null) {
                facts.put(new String((byte[]) flat.get(index), UTF_8), value);
            }
        }
        return facts;
    }

    private static Map<String, List<StreamEntry>> entries(@Nullable Object answer) {
        var streams = new LinkedHashMap<String, List<StreamEntry>>();
        if (answer == null) {
            return streams;
        }
        for (Object stream : (List<?>) answer) {
            List<?> pair = (List<?>) stream;
            List<?> raw = (List<?>) pair.get(1);
            var entries = new ArrayList<StreamEntry>(raw.size());
            for (Object entry : raw) {
                entries.add(StreamEntry.of(entry));
            }
            streams.put(new String((byte[]) pair.get(0), UTF_8), entries);
        }
        return streams;
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
