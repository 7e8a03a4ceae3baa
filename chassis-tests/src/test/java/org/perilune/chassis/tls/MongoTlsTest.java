package org.perilune.chassis.tls;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.mongo.Mongo;
import org.perilune.chassis.mongo.MongoConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;

final class MongoTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static MongoConfig plain;

    @BeforeAll
    static void start() {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.MONGODB), sentence -> {});
        plain = MongoConfig.read(Settings.of(backends.settings()).at("timeline"));
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "MongoDB";
    }

    @Override
    int plainPort() {
        return plain.port();
    }

    @Override
    Client open(String host, int port, TlsConfig tls) {
        Mongo mongo = owned.add(Mongo.open(new MongoConfig(
                "mongodb://" + host + ":" + port, plain.user(), plain.password(), plain.database(), tls)));
        return mongo::problem;
    }
}
