package org.perilune.backup;

import static org.perilune.backup.RedisStream.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.redis.RedisConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;

/**
 * All streams of a Redis: what devices sent and nobody has stored yet. In the file each stream is a document, and its
 * entries are those that follow. Read and written by commands that every Redis and Valkey since version 6.2 knows.
 */
final class RedisStreams {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int BATCH = 500;
    private static final ProtocolCommand SET_LAST_ID = () -> bytes("XSETID");

    private final RedisConfig config;

    RedisStreams(RedisConfig config) {
        this.config = config;
    }

    private interface Work<T> {
        T with(Jedis jedis) throws IOException;
    }

    private <T> T with(String what, Work<T> work) throws IOException {
        try (Redis redis = Redis.open(config);
                Jedis jedis = redis.dedicated(ANSWER)) {
            return work.with(jedis);
        } catch (JedisException failure) {
            throw new BackupException("Redis could not be " + what + ": " + failure.getMessage(), failure);
        }
    }

    /** @return how many entries */
    long copyTo(OutputStream out) throws IOException {
        return with("read", jedis -> {
            long entries = 0;
            for (byte[] key : keys(jedis)) {
                RedisStream stream = RedisStream.look(jedis, key);
                Bson.write(document(stream), out);
                entries += stream.entries(jedis, entry -> Bson.write(document(entry), out));
            }
            return entries;
        });
    }

    boolean isEmpty() throws IOException {
        return with("reached", jedis -> keys(jedis).isEmpty());
    }

    /** Deletes all streams, and nothing else. */
    void empty() throws IOException {
        long _ = with("emptied", jedis -> {
            List<byte[]> keys = keys(jedis);
            keys.forEach(key -> jedis.sendCommand(Command.DEL, key));
            return (long) keys.size();
        });
    }

    private static List<byte[]> keys(Jedis jedis) {
        var keys = new LinkedHashMap<BsonBinary, byte[]>();
        byte[] cursor = bytes("0");
        do {
            List<?> page = (List<?>) jedis.sendCommand(
                    Command.SCAN, cursor, bytes("COUNT"), bytes("1000"), bytes("TYPE"), bytes("stream"));
            cursor = (byte[]) page.get(0);
            ((List<?>) page.get(1)).forEach(key -> keys.put(new BsonBinary((byte[]) key), (byte[]) key));
        } while (!new String(cursor, java.nio.charset.StandardCharsets.UTF_8).equals("0"));
        return List.copyOf(keys.values());
    }

    /** Into a Redis without streams. */
    void restore(InputStream in) throws IOException {
        long _ = with("filled", jedis -> {
            long entries = 0;
            BsonDocument stream = null;
            var waiting = new ArrayList<BsonDocument>();
            for (BsonDocument next = Bson.read(in); next != null; next = Bson.read(in)) {
                if (next.containsKey("stream")) {
                    finish(jedis, stream, waiting);
                    stream = next;
                } else if (stream != null) {
                    waiting.add(next);
                    entries++;
                    if (waiting.size() >= BATCH) {
                        add(jedis, key(stream), waiting);
                    }
                }
            }
            finish(jedis, stream, waiting);
            return entries;
        });
    }

    private static void add(Jedis jedis, byte[] key, List<BsonDocument> entries) {
        try (var pipeline = jedis.pipelined()) {
            for (BsonDocument entry : entries) {
                var arguments = new ArrayList<byte[]>();
                arguments.add(key);
                arguments.add(binary(entry, "id"));
                entry.getArray("fields")
                        .forEach(field -> arguments.add(field.asBinary().getData()));
                var _ = pipeline.sendCommand(Command.XADD, arguments.toArray(byte[][]::new));
            }
            for (Object answer : pipeline.syncAndReturnAll()) {
                if (answer instanceof JedisException refused) {
                    throw refused;
                }
            }
        }
        entries.clear();
    }

    /** The groups when the entries are there: what was given to somebody and not acknowledged is so again. */
    private static void finish(
            Jedis jedis, @org.jspecify.annotations.Nullable BsonDocument stream, List<BsonDocument> waiting) {
        if (stream == null) {
            return;
        }
        byte[] key = key(stream);
        add(jedis, key, waiting);
        for (BsonValue each : stream.getArray("groups")) {
            BsonDocument group = each.asDocument();
            byte[] name = binary(group, "name");
            jedis.sendCommand(
                    Command.XGROUP, bytes("CREATE"), key, name, binary(group, "delivered"), bytes("MKSTREAM"));
            for (BsonValue given : group.getArray("pending")) {
                BsonDocument pending = given.asDocument();
                jedis.sendCommand(
                        Command.XCLAIM,
                        key,
                        name,
                        binary(pending, "consumer"),
                        bytes("0"),
                        binary(pending, "id"),
                        bytes("FORCE"),
                        bytes("JUSTID"));
            }
        }
        if (jedis.exists(key)) {
            jedis.sendCommand(SET_LAST_ID, key, binary(stream, "last"));
        }
    }

    private static BsonDocument document(RedisStream stream) {
        var groups = new BsonArray();
        for (RedisStream.Group group : stream.groups()) {
            var pending = new BsonArray();
            for (RedisStream.Pending given : group.pending()) {
                pending.add(new BsonDocument("id", new BsonBinary(given.id()))
                        .append("consumer", new BsonBinary(given.consumer())));
            }
            groups.add(new BsonDocument("name", new BsonBinary(group.name()))
                    .append("delivered", new BsonBinary(group.delivered()))
                    .append("pending", pending));
        }
        return new BsonDocument("stream", new BsonBinary(stream.key()))
                .append("last", new BsonBinary(stream.last()))
                .append("groups", groups);
    }

    private static BsonDocument document(RedisStream.Entry entry) {
        var fields = new BsonArray();
        entry.fields().forEach(field -> fields.add(new BsonBinary(field)));
        return new BsonDocument("id", new BsonBinary(entry.id())).append("fields", fields);
    }

    private static byte[] key(BsonDocument stream) {
        return binary(stream, "stream");
    }

    private static byte[] binary(BsonDocument document, String name) {
        return document.getBinary(name).getData();
    }
}
