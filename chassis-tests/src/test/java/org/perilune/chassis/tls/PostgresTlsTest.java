package org.perilune.chassis.tls;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.PostgresConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.TestAuthority;

final class PostgresTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static PostgresConfig plain;

    @BeforeAll
    static void start() {
        backends = EmbeddedBackends.start(
                BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL), sentence -> {});
        plain = PostgresConfig.read(Settings.of(backends.settings()).at("crew"), 2);
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "PostgreSQL";
    }

    @Override
    int plainPort() {
        return backends.postgresPort();
    }

    /** As it is spoken to what ends TLS before the server: without asking in the clear whether TLS is understood. */
    @Override
    Client open(String host, int port, TlsConfig tls) {
        return open(host, port, "?sslNegotiation=direct", tls);
    }

    private Client open(String host, int port, String options, TlsConfig tls) {
        var config = new PostgresConfig(
                "jdbc:postgresql://" + host + ":" + port + "/crew" + options,
                plain.user(),
                plain.password(),
                2,
                plain.clientTimeout(),
                plain.statementTimeout(),
                plain.migrationTimeout(),
                tls);
        Postgres postgres = owned.add(Postgres.open(config, "db/effects", new SimpleMeterRegistry()));
        return postgres::problem;
    }

    @Test
    void worksWithARealServer() throws Exception {
        TestAuthority.Issued server = authority().issue(HOST);
        set("ssl_cert_file", server.certificate());
        set("ssl_key_file", server.key());
        set("ssl", Path.of("on"));
        Client client = open(HOST, plainPort(), "", trusting(authority().file()));
        awaitWorking(client);
        awaitProblem(
                open(HOST, plainPort(), "", trusting(TestAuthority.in(files()).file())),
                "its certificate is not signed by a CA of ");

        set("ssl", Path.of("off"));
        awaitProblem(open(HOST, plainPort(), "", trusting(authority().file())), "The server does not support SSL");
    }

    private static void set(String name, Path value) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + backends.postgresPort() + "/postgres",
                        "perilune",
                        Files.readString(home.resolve("secrets/postgres.superuser"))
                                .strip());
                var statement = connection.createStatement()) {
            statement.execute("alter system set " + name + " = '" + value + "'");
            statement.execute("select pg_reload_conf()");
        }
    }
}
