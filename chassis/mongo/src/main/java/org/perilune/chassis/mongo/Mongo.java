package org.perilune.chassis.mongo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.mongodb.ClientSessionOptions;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ServerDescription;
import com.mongodb.connection.SslSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.UuidRepresentation;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.tls.TlsConfig;
import org.perilune.chassis.tls.TlsContext;
import org.perilune.chassis.tls.TlsFailures;

/**
 * A client of the service's own MongoDB database. The server may be away at start and later: commands then fail with a
 * {@link MongoException} within seconds, and {@link #problem} tells readiness. Safe for threads.
 */
public final class Mongo implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final int POOL_SIZE = 16;

    private final TlsConfig tls;
    private final MongoClient client;
    private final MongoDatabase database;

    private Mongo(TlsConfig tls, MongoClient client, MongoDatabase database) {
        this.tls = tls;
        this.client = client;
        this.database = database;
    }

    /** Opens no connection yet: the server may be away. */
    public static Mongo open(MongoConfig config) {
        int connectMillis = (int) CONNECT_TIMEOUT.toMillis();
        int answerMillis = (int) ANSWER_TIMEOUT.toMillis();
        var settings = MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(config.url()))
                .applicationName(config.user())
                .credential(MongoCredential.createScramSha256Credential(
                        config.user(),
                        config.database(),
                        config.password().reveal().toCharArray()))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(connectMillis, MILLISECONDS))
                .applyToServerSettings(server -> server.heartbeatFrequency(HEARTBEAT.toMillis(), MILLISECONDS))
                .applyToSocketSettings(socket ->
                        socket.connectTimeout(connectMillis, MILLISECONDS).readTimeout(answerMillis, MILLISECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxSize(POOL_SIZE).maxWaitTime(connectMillis, MILLISECONDS))
                .applyToSslSettings(ssl -> encrypt(ssl, config.tls()))
                // What is acknowledged has been written to disk, on most servers if there are several.
                .writeConcern(WriteConcern.MAJORITY.withJournal(true))
                .readConcern(ReadConcern.MAJORITY)
                .uuidRepresentation(UuidRepresentation.STANDARD)
                .build();
        MongoClient client = MongoClients.create(settings);
        return new Mongo(config.tls(), client, client.getDatabase(config.database()));
    }

    private static void encrypt(SslSettings.Builder ssl, TlsConfig tls) {
        ssl.enabled(tls.enabled());
        if (tls.enabled()) {
            ssl.invalidHostNameAllowed(false).context(TlsContext.open(tls).context());
        }
    }

    /** The service's own; it may use no other. */
    public MongoDatabase database() {
        return database;
    }

    /** A session of the caller's, which closes it; not every server has them. */
    public ClientSession session(ClientSessionOptions options) {
        return client.startSession(options);
    }

    /** For {@link Health}: empty when the server answers. */
    public Optional<String> problem() {
        // A command would wait for the server to come back; the driver's heartbeat has seen already that it is away.
        List<ServerDescription> servers = client.getClusterDescription().getServerDescriptions();
        Optional<Throwable> seen = servers.stream()
                .map(ServerDescription::getException)
                .filter(Objects::nonNull)
                .findFirst();
        if (seen.isPresent() && servers.stream().noneMatch(ServerDescription::isOk)) {
            return Optional.of(away(seen.get()));
        }
        try {
            database.runCommand(new BsonDocument("ping", new BsonInt32(1)));
            return Optional.empty();
        } catch (MongoException failure) {
            return Optional.of(away(failure));
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private String away(Throwable failure) {
        Throwable reason =
                failure instanceof MongoException && failure.getCause() != null ? failure.getCause() : failure;
        return "MongoDB is away: " + TlsFailures.reason(tls, reason);
    }
}
