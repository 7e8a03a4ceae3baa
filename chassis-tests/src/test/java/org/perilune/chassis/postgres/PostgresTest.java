package org.perilune.chassis.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.http.Access;
import org.perilune.chassis.http.HttpConfig;
import org.perilune.chassis.http.HttpListener;
import org.perilune.chassis.http.TokenConfig;
import org.perilune.chassis.runtime.Health;
import org.perilune.chassis.runtime.Meters;
import org.perilune.chassis.runtime.Resources;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.testkit.Gate;

/** A service whose PostgreSQL is away at its start, comes, goes and comes back. */
class PostgresTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void followsItsDatabase(@TempDir Path home) throws Exception {
        try (var backends = EmbeddedBackends.start(
                        BackendsConfig.onFreePorts(home, List.of("crew"), Store.POSTGRESQL), sentence -> {});
                var gate = new Gate(backends.postgresPort());
                var owned = new Resources();
                HttpClient http = HttpClient.newHttpClient()) {
            Settings in = Settings.of(backends.settings());
            PostgresConfig direct = PostgresConfig.read(in.at("crew"), 4);
            var config = new PostgresConfig(
                    "jdbc:postgresql://127.0.0.1:" + gate.port() + "/crew",
                    direct.user(),
                    direct.password(),
                    4,
                    direct.clientTimeout(),
                    Duration.ofSeconds(1),
                    direct.migrationTimeout());

            PrometheusMeterRegistry meters = Meters.open();
            owned.add(meters::close);
            Postgres postgres = owned.add(Postgres.open(config, "db/chassis", meters));
            var health = new Health();
            health.add("postgresql", postgres::problem);
            HttpListener listener = owned.add(listen(health, meters, postgres));
            var asked = new Asked(http, listener.port());

            assertThat(asked.get("/health").statusCode()).isEqualTo(200);
            assertThat(asked.get("/ready").statusCode()).isEqualTo(503);
            assertAway(asked.get("/things"));

            gate.open();
            await().atMost(TIMEOUT).until(() -> asked.get("/ready").statusCode() == 200);
            assertThat(asked.get("/things").body()).isEqualTo("0");
            postgres.awaitMigrated();

            try (var all = new Resources()) {
                for (int connection = 0; connection < config.poolSize() - 1; connection++) {
                    all.add(postgres.dataSource().getConnection());
                }
                assertThat(postgres.problem()).as("busy, not away").isEmpty();
            }

            gate.shut();
            await().atMost(TIMEOUT).until(() -> asked.get("/ready").statusCode() == 503);
            HttpResponse<String> away = asked.get("/things");
            assertAway(away);
            assertThat(away.body()).doesNotContain(direct.password().reveal(), "SELECT", "Hikari");
            assertThat(asked.get("/health").statusCode()).isEqualTo(200);

            gate.open();
            await().atMost(TIMEOUT).until(() -> asked.get("/ready").statusCode() == 200);
            // The pool's own connections may come a moment later.
            await().atMost(TIMEOUT).until(() -> asked.get("/things").statusCode() == 200);

            // It takes what it is asked, and answers nothing: whoever asked is told before long.
            gate.stall();
            assertAway(asked.get("/things"));
            gate.open();
            await().atMost(TIMEOUT).until(() -> asked.get("/things").statusCode() == 200);
        }
    }

    /** It takes connections, and answers nothing. */
    @Test
    void startsWhileItsDatabaseHangs() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
                var owned = new Resources();
                HttpClient http = HttpClient.newHttpClient()) {
            var config = new PostgresConfig(
                    "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/crew", "crew", new Secret("secret"), 2);
            PrometheusMeterRegistry meters = Meters.open();
            owned.add(meters::close);
            Postgres postgres = owned.add(Postgres.open(config, "db/chassis", meters));
            var health = new Health();
            health.add("postgresql", postgres::problem);
            HttpListener listener = owned.add(listen(health, meters, postgres));
            var asked = new Asked(http, listener.port());
            assertThat(asked.get("/health").statusCode()).isEqualTo(200);
            assertThat(asked.get("/ready").statusCode()).isEqualTo(503);
        }
    }

    private record Asked(HttpClient http, int port) {
        HttpResponse<String> get(String path) throws Exception {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static void assertAway(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body()).contains("urn:perilune:problem:unavailable");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    private static HttpListener listen(Health health, PrometheusMeterRegistry meters, Postgres postgres) {
        return HttpListener.open(
                new HttpConfig(
                        "127.0.0.1", 0, Duration.ofSeconds(3), TokenConfig.of(URI.create("http://127.0.0.1:1/keys"))),
                "test",
                health,
                meters,
                context -> {
                    throw new ServiceException.Unauthenticated("Nobody");
                },
                javalin -> javalin.routes.get(
                        "/things",
                        context -> {
                            String count = postgres.jdbi()
                                    .withHandle(handle -> handle.createQuery("SELECT count(*) FROM things")
                                            .mapTo(String.class)
                                            .one());
                            context.result(count);
                        },
                        Access.OPEN));
    }
}
