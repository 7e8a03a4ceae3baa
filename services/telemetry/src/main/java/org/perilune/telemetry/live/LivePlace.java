package org.perilune.telemetry.live;

import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * How far a stream was read, as an id and as a number of entries: what is trimmed before it was read shows as the number
 * of those that are gone being greater. Not safe for threads.
 */
final class LivePlace {
    private final String stream;
    private StreamEntryID last = new StreamEntryID(0, 0);
    private long read;

    private LivePlace(String stream) {
        this.stream = stream;
    }

    /** At the stream's end. */
    static LivePlace atEnd(Jedis jedis, String stream) {
        var place = new LivePlace(stream);
        Map<String, Object> facts = place.facts(jedis);
        place.read = number(facts, "entries-added");
        if (facts.get("last-generated-id") instanceof StreamEntryID end) {
            place.last = end;
        }
        return place;
    }

    String stream() {
        return stream;
    }

    StreamEntryID last() {
        return last;
    }

    void wasRead(StreamEntryID id) {
        last = id;
        read++;
    }

    /** How many entries were trimmed since this was asked the last time, and before they were read. */
    long missed(Jedis jedis) {
        Map<String, Object> facts = facts(jedis);
        long gone = number(facts, "entries-added") - number(facts, "length");
        long missed = Math.max(0, gone - read);
        read = Math.max(read, gone);
        return missed;
    }

    private Map<String, Object> facts(Jedis jedis) {
        try {
            return jedis.xinfoStream(stream).getStreamInfo();
        } catch (JedisDataException noSuchStream) {
            return Map.of();
        }
    }

    private static long number(Map<String, Object> facts, String name) {
        return facts.get(name) instanceof Long number ? number : 0;
    }
}
