package org.perilune.embedded.mongo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.contracts.Topology;
import org.perilune.embedded.host.MongoProcess;
import org.perilune.embedded.host.Ports;
import org.perilune.embedded.host.Secrets;

class MongoServerTest {
    private static final int UNAUTHORIZED = 13;
    private static final int AUTHENTICATION_FAILED = 18;

    @TempDir
    Path home;

    private MongoServer start(int port) throws Exception {
        return MongoServer.start(home.resolve("mongodb"), port, secrets(), List.of(Topology.TIMELINE, Topology.STATUS));
    }

    private Secrets secrets() throws Exception {
        return new Secrets(home.resolve("secrets"));
    }

    private String password() throws Exception {
        return secrets().value("timeline.mongodb");
    }

    private static MongoClient client(int port, @Nullable MongoCredential credential) {
        var settings = MongoClientSettings.builder()
                .applyToClusterSettings(cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", port)))
                        .serverSelectionTimeout(5, TimeUnit.SECONDS));
        if (credential != null) {
            settings.credential(credential);
        }
        return MongoClients.create(settings.build());
    }

    private static MongoCredential credential(String user, String database, String password) {
        return MongoCredential.createScramSha256Credential(user, database, password.toCharArray());
    }

    private MongoClient client(int port) throws Exception {
        return client(port, credential("timeline", "timeline", password()));
    }

    @Test
    void servesTheOfficialDriverToWhoeverHasTheSecretAlone() throws Exception {
        int port = Ports.choose(0);
        try (var server = start(port);
                var client = client(port)) {
            var events = client.getDatabase("timeline").getCollection("events");
            events.createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
            events.insertMany(IntStream.range(0, 100)
                    .mapToObj(number -> new Document("_id", "e" + number).append("key", number))
                    .toList());
            assertThatThrownBy(() -> events.insertOne(new Document("_id", "again").append("key", 7)))
                    .isInstanceOf(MongoWriteException.class)
                    .hasMessageContaining("E11000");
            var changed = events.findOneAndUpdate(
                    Filters.and(Filters.eq("_id", "e5"), Filters.eq("key", 5)), Updates.set("state", "passed"));
            assertThat(changed).containsEntry("key", 5);
            assertThat(events.find(Filters.and(Filters.gte("key", 90), Filters.lt("key", 95)))
                            .sort(Sorts.descending("key"))
                            .batchSize(2)
                            .map(event -> event.getInteger("key")))
                    .containsExactly(94, 93, 92, 91, 90);
            assertThat(server.clients()).isPositive();
            assertThat(server.works()).isTrue();

            refuses(port, null, "timeline", UNAUTHORIZED);
            refuses(port, credential("timeline", "timeline", password()), "status", UNAUTHORIZED);
            refuses(port, credential("timeline", "timeline", password()), "admin", UNAUTHORIZED);
            refuses(port, credential("timeline", "timeline", "wrong"), "timeline", AUTHENTICATION_FAILED);
            refuses(port, credential("status", "status", password()), "timeline", AUTHENTICATION_FAILED);
            refuses(port, credential("nobody", "timeline", password()), "timeline", AUTHENTICATION_FAILED);
        }
    }

    private static void refuses(int port, @Nullable MongoCredential credential, String database, int code) {
        try (var client = client(port, credential)) {
            MongoCollection<Document> events = client.getDatabase(database).getCollection("events");
            assertThatThrownBy(() -> events.find().first())
                    .isInstanceOf(MongoException.class)
                    .satisfies(failure ->
                            assertThat(code((MongoException) failure)).isEqualTo(code));
            assertThatThrownBy(() -> events.insertOne(new Document("_id", "intruder")))
                    .isInstanceOf(MongoException.class);
            assertThatThrownBy(() -> client.getDatabase(database).drop()).isInstanceOf(MongoException.class);
        }
    }

    private static int code(MongoException failure) {
        return failure instanceof MongoSecurityException && failure.getCause() instanceof MongoCommandException cause
                ? cause.getErrorCode()
                : failure.getCode();
    }

    @Test
    void findsEverythingThatWasAcknowledgedBeforeAKill() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MongoProcess.class.getName(),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        try (var output = run.inputReader(UTF_8)) {
            int port = output.lines()
                    .filter(line -> line.startsWith(MongoProcess.PORT))
                    .map(line -> Integer.parseInt(line.substring(MongoProcess.PORT.length())))
                    .findFirst()
                    .orElseThrow();
            try (var client = client(port)) {
                var events = client.getDatabase("timeline").getCollection("events");
                events.createIndex(Indexes.ascending("key"), new IndexOptions().unique(true));
                var writers = new ArrayList<Thread>();
                for (int writer = 0; writer < 4; writer++) {
                    String name = "w" + writer + "-";
                    writers.add(Thread.ofPlatform().start(() -> insertUntilAway(events, name, acknowledged)));
                }
                await().until(() -> acknowledged.size() > 200);
                run.destroyForcibly().waitFor();
                for (Thread writer : writers) {
                    writer.join();
                }
            }
        } finally {
            run.destroyForcibly();
        }
        int port = Ports.choose(0);
        try (var server = start(port);
                var client = client(port)) {
            var events = client.getDatabase("timeline").getCollection("events");
            Set<String> found =
                    events.find().map(event -> event.getString("_id")).into(ConcurrentHashMap.newKeySet());
            assertThat(found).containsAll(acknowledged);
            // The index knows what is there, and nothing else: no command is on disk by halves.
            assertThat(events.find(Filters.eq("key", "kw0-0")).first()).containsEntry("state", "done");
            String unknown = "w0-" + found.size();
            events.insertOne(new Document("_id", unknown).append("key", "k" + unknown));
            for (String id : found) {
                assertThat(events.find(Filters.eq("key", "k" + id)).first()).containsEntry("_id", id);
            }
            assertThat(server.works()).isTrue();
        }
    }

    private static void insertUntilAway(MongoCollection<Document> events, String name, Set<String> acknowledged) {
        try {
            for (int number = 0; ; number++) {
                String id = name + number;
                events.insertOne(new Document("_id", id).append("key", "k" + id));
                acknowledged.add(id);
                events.updateOne(Filters.eq("_id", id), Updates.set("state", "done"));
            }
        } catch (MongoException killed) {
            assertThat(acknowledged).isNotEmpty();
        }
    }
}
