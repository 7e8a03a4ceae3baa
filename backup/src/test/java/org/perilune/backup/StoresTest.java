package org.perilune.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.backup.target.FolderTarget;
import org.perilune.chassis.messaging.Inbox;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.mongo.Mongo;
import org.perilune.chassis.mongo.MongoConfig;
import org.perilune.chassis.postgres.BulkConnection;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.redis.Redis;
import org.perilune.chassis.redis.RedisConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/** What real stores hold after a restore, and what a restore refuses to do. */
final class StoresTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyStoreComesBackAsItWas() throws Exception {
        try (EmbeddedBackends full = start("full");
                Backups backups = new Backups(new FolderTarget(folder.resolve("backups")), Clock.systemUTC())) {
            fill(full);
            new Backup(accounts(full), Map.of(), "0.1", 0, Clock.systemUTC(), sentence -> {}).into(backups);
            List<String> expected = contents(full);
            VerifiedBackup backup = backups.verified(Optional.empty(), sentence -> {});
            try (EmbeddedBackends empty = start("empty")) {
                new Restore(accounts(empty), sentence -> {}).from(backup, false);
                assertThat(contents(empty)).isEqualTo(expected);
                everythingGoesOn(empty);

                List<String> changed = contents(empty);
                assertThatThrownBy(() -> new Restore(accounts(empty), sentence -> {}).from(backup, false))
                        .isInstanceOf(BackupException.class)
                        .hasMessageContaining("tables of posts in PostgreSQL, streams in Redis, documents of timeline")
                        .hasMessageContaining("Nothing was changed");
                assertThat(contents(empty)).isEqualTo(changed).isNotEqualTo(expected);

                try (Connection _ = BulkConnection.open(postgres(empty), "posts")) {
                    assertThatThrownBy(() -> new Restore(accounts(empty), sentence -> {}).from(backup, true))
                            .hasMessageContaining("stop the services first");
                }
                new Restore(accounts(empty), sentence -> {}).from(backup, true);
                assertThat(contents(empty)).isEqualTo(expected);
            }
        }
    }

    private EmbeddedBackends start(String name) {
        return EmbeddedBackends.start(
                BackendsConfig.onFreePorts(
                        folder.resolve(name), List.of("posts"), Store.POSTGRESQL, Store.REDIS, Store.MONGODB),
                sentence -> {});
    }

    private static PostgresConfig postgres(EmbeddedBackends backends) {
        return PostgresConfig.read(Settings.of(backends.settings()).at("posts"), 2);
    }

    private static RedisConfig redis(EmbeddedBackends backends) {
        return RedisConfig.read(Settings.of(backends.settings()).at("telemetry"));
    }

    private static MongoConfig mongo(EmbeddedBackends backends) {
        return MongoConfig.read(Settings.of(backends.settings()).at("timeline"));
    }

    private static StoreAccounts accounts(EmbeddedBackends backends) {
        return new StoreAccounts(
                List.of(new ServiceDatabase("posts", postgres(backends))),
                List.of(),
                redis(backends),
                Map.of("timeline", mongo(backends)));
    }

    private static void fill(EmbeddedBackends backends) throws Exception {
        try (Postgres migrated = Postgres.open(
                postgres(backends), List.of("db/posts", Outbox.SCHEMA, Inbox.SCHEMA), new SimpleMeterRegistry())) {
            migrated.awaitMigrated();
        }
        try (Connection connection = BulkConnection.open(postgres(backends), "test");
                Statement statement = connection.createStatement()) {
            statement.execute("insert into z_parent (name) select 'name ' || n from generate_series(1, 1000) n");
            statement.execute("delete from z_parent where id > 990");
            statement.execute("insert into a_child select gen_random_uuid(), id, decode('00ff0a5c4e', 'hex'),"
                    + " jsonb_build_object('by', 'us', 'text', E'tab\\t, line\\n, ü'), '{}' from z_parent");
            statement.execute("alter table a_child disable trigger nobody_but_us");
            statement.execute("insert into a_child select gen_random_uuid(), 1, '', '{\"by\":\"nobody\"}',"
                    + " '{[2026-01-01,2026-02-01)}'");
            statement.execute("alter table a_child enable trigger nobody_but_us");
            statement.execute("delete from seeded where name = 'gone'");
            statement.execute("insert into outbox (exchange, routing_key, message_id, redriven, body)"
                    + " values ('e', 'k', 'm', '', '')");
            statement.execute("insert into inbox (source, id) values ('s', 'i')");
        }
        try (Redis redis = Redis.open(redis(backends));
                Jedis jedis = redis.dedicated(Duration.ofSeconds(5))) {
            fill(jedis);
        }
        try (Mongo mongo = Mongo.open(mongo(backends))) {
            var events = mongo.database().getCollection("event", BsonDocument.class);
            for (int number = 0; number < 1_200; number++) {
                events.insertOne(new BsonDocument("_id", new BsonInt32(number)).append("outbox", new BsonDocument()));
            }
            mongo.database()
                    .getCollection("counter", BsonDocument.class)
                    .insertOne(new BsonDocument("_id", new BsonInt32(7)));
        }
    }

    /** Ten entries of which six were given out and three acknowledged; a topic that nobody reads; an empty stream. */
    private static void fill(Jedis jedis) {
        call(jedis, Command.XGROUP, "CREATE", "telemetry:0", "telemetry", "0", "MKSTREAM");
        for (int number = 1; number <= 10; number++) {
            call(jedis, Command.XADD, "telemetry:0", number + "-1", "p", "payload " + number);
        }
        call(jedis, Command.XREADGROUP, "GROUP", "telemetry", "owner", "COUNT", "6", "STREAMS", "telemetry:0", ">");
        call(jedis, Command.XACK, "telemetry:0", "telemetry", "1-1", "2-1", "4-1");
        for (int number = 1; number <= 1_300; number++) {
            call(jedis, Command.XADD, "weather/station", number + "-0", "o", "weather/station", "p", "cloudy");
        }
        call(jedis, Command.XGROUP, "CREATE", "command:acks", "command-dispatcher", "0", "MKSTREAM");
        call(jedis, Command.XADD, "command:acks", "99-5", "p", "done");
        call(jedis, Command.XDEL, "command:acks", "99-5");
    }

    private static Object call(Jedis jedis, Command command, String... arguments) {
        return jedis.sendCommand(command, arguments);
    }

    private static List<String> contents(EmbeddedBackends backends) throws IOException, SQLException {
        var contents = new ArrayList<String>();
        try (Connection connection = BulkConnection.open(postgres(backends), "perilune-restore")) {
            for (String query : List.of(
                    "select count(*), min(id), max(id), max(shouted) from z_parent",
                    "select md5(string_agg(c::text, '|' order by id)) from a_child c",
                    "select string_agg(s::text, '|' order by name) from seeded s",
                    "select count(*) from outbox where sent_at is null",
                    "select count(*) from inbox")) {
                contents.add(query + ": " + row(connection, query));
            }
        }
        try (Redis redis = Redis.open(redis(backends));
                Jedis jedis = redis.dedicated(Duration.ofSeconds(5))) {
            contents.add(text(call(jedis, Command.XRANGE, "telemetry:0", "3-1", "+")));
            contents.add(text(call(jedis, Command.XPENDING, "telemetry:0", "telemetry")));
            contents.add(text(call(jedis, Command.XLEN, "weather/station")));
            contents.add(text(call(jedis, Command.XRANGE, "weather/station", "1299", "+")));
            contents.add(text(call(jedis, Command.XLEN, "command:acks")));
            for (String stream : List.of("telemetry:0", "command:acks")) {
                RedisStream seen = RedisStream.look(jedis, stream.getBytes(UTF_8));
                contents.add(new String(seen.last(), UTF_8) + " "
                        + new String(seen.groups().getFirst().delivered(), UTF_8));
            }
        }
        try (Mongo mongo = Mongo.open(mongo(backends))) {
            contents.add("events: "
                    + mongo.database().getCollection("event").countDocuments() + ", counters: "
                    + mongo.database().getCollection("counter").countDocuments());
        }
        return contents;
    }

    /** Numbers that were given out are not given out again, and triggers are awake. */
    private static void everythingGoesOn(EmbeddedBackends backends) throws SQLException {
        try (Connection connection = BulkConnection.open(postgres(backends), "perilune-restore")) {
            assertThat(row(connection, "insert into z_parent (name) values ('next') returning id"))
                    .isEqualTo("1001");
            assertThatThrownBy(() -> row(
                            connection,
                            "insert into a_child values (gen_random_uuid(), 1, '', '{\"by\":\"nobody\"}')"
                                    + " returning id"))
                    .hasMessageContaining("by the service alone");
        }
    }

    private static String row(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            var values = new ArrayList<String>();
            for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                values.add(String.valueOf(row.getString(column)));
            }
            return String.join(" ", values);
        }
    }

    private static String text(Object answer) {
        if (answer instanceof byte[] bytes) {
            return new String(bytes, UTF_8);
        }
        return answer instanceof List<?> list
                ? list.stream().map(StoresTest::text).toList().toString()
                : String.valueOf(answer);
    }
}
