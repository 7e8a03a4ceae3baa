package org.perilune.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/**
 * A stream of Redis' as far as others still need it.
 *
 * @param last the id that was given out last: none that comes is lower
 * @param groups who reads it together
 */
record RedisStream(byte[] key, byte[] last, List<Group> groups) {
    private static final int PAGE = 500;

    /**
     * @param delivered the last entry that somebody of the group was given
     * @param pending what was given and not acknowledged
     */
    record Group(byte[] name, byte[] delivered, List<Pending> pending) {}

    record Pending(byte[] id, byte[] consumer) {}

    record Entry(byte[] id, List<byte[]> fields) {}

    /** Gives some entries to whoever wants them. */
    @FunctionalInterface
    interface Sink {
        void take(Entry entry) throws java.io.IOException;
    }

    /** Who has read how far is asked before the entries are read: so no entry is missed, and some come twice. */
    static RedisStream look(Jedis jedis, byte[] key) {
        Map<String, Object> facts = facts((List<?>) jedis.sendCommand(Command.XINFO, bytes("STREAM"), key));
        var groups = new ArrayList<Group>();
        for (Object group : (List<?>) jedis.sendCommand(Command.XINFO, bytes("GROUPS"), key)) {
            Map<String, Object> of = facts((List<?>) group);
            byte[] name = (byte[]) of.get("name");
            byte[] delivered = (byte[]) of.get("last-delivered-id");
            if (name != null && delivered != null) {
                groups.add(new Group(name, delivered, pending(jedis, key, name)));
            }
        }
        Object last = facts.get("last-generated-id");
        return new RedisStream(key, last instanceof byte[] id ? id : bytes("0-0"), List.copyOf(groups));
    }

    private static List<Pending> pending(Jedis jedis, byte[] key, byte[] group) {
        var all = new ArrayList<Pending>();
        byte[] from = bytes("-");
        while (true) {
            List<?> page = (List<?>)
                    jedis.sendCommand(Command.XPENDING, key, group, from, bytes("+"), bytes(Integer.toString(PAGE)));
            for (Object each : page) {
                List<?> facts = (List<?>) each;
                all.add(new Pending((byte[]) facts.get(0), (byte[]) facts.get(1)));
            }
            if (page.size() < PAGE) {
                return List.copyOf(all);
            }
            from = after(all.getLast().id());
        }
    }

    /** Entries up to the last, from the first on that a group has not acknowledged; where nobody reads it, all. */
    long entries(Jedis jedis, Sink sink) throws java.io.IOException {
        long count = 0;
        byte[] from = from();
        while (true) {
            List<?> page = (List<?>)
                    jedis.sendCommand(Command.XRANGE, key, from, last, bytes("COUNT"), bytes(Integer.toString(PAGE)));
            byte[] id = from;
            for (Object each : page) {
                List<?> entry = (List<?>) each;
                id = (byte[]) entry.get(0);
                var fields = new ArrayList<byte[]>();
                ((List<?>) entry.get(1)).forEach(field -> fields.add((byte[]) field));
                sink.take(new Entry(id, fields));
                count++;
            }
            if (page.size() < PAGE) {
                return count;
            }
            from = after(id);
        }
    }

    private byte[] from() {
        byte[] first = null;
        for (Group group : groups) {
            byte[] needed = group.pending().isEmpty()
                    ? after(group.delivered())
                    : group.pending().getFirst().id();
            if (first == null || compare(needed, first) < 0) {
                first = needed;
            }
        }
        return first == null ? bytes("-") : first;
    }

    /** A beginning that leaves out the entry itself. */
    private static byte[] after(byte[] id) {
        return bytes("(" + new String(id, UTF_8));
    }

    private static int compare(byte[] one, byte[] other) {
        long[] left = parts(one);
        long[] right = parts(other);
        int byTime = Long.compareUnsigned(left[0], right[0]);
        return byTime != 0 ? byTime : Long.compareUnsigned(left[1], right[1]);
    }

    private static long[] parts(byte[] id) {
        String text = new String(id, UTF_8).replace("(", "");
        int dash = text.indexOf('-');
        return new long[] {
            Long.parseUnsignedLong(dash < 0 ? text : text.substring(0, dash)),
            dash < 0 ? 0 : Long.parseUnsignedLong(text.substring(dash + 1))
        };
    }

    private static Map<String, @Nullable Object> facts(List<?> flat) {
        var facts = new LinkedHashMap<String, @Nullable Object>();
        for (int index = 0; index + 1 < flat.size(); index += 2) {
            facts.put(new String((byte[]) flat.get(index), UTF_8), flat.get(index + 1));
        }
        return facts;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
