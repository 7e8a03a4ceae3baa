package org.perilune.chassis.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.messaging.Amqp;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.AmqpConfig.QueueType;
import org.perilune.chassis.settings.Secret;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;
import org.perilune.testkit.TestAuthority;
import org.perilune.testkit.TlsGate;

final class AmqpTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static AmqpConfig plain;

    @BeforeAll
    static void start() {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.AMQP), sentence -> {});
        plain = AmqpConfig.read(Settings.of(backends.settings()).at("crew"));
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "The AMQP broker";
    }

    @Override
    int plainPort() {
        return plain.port();
    }

    @Override
    Client open(String host, int port, TlsConfig tls) {
        return open(new AmqpConfig(
                host,
                port,
                plain.user(),
                plain.password(),
                plain.virtualHost(),
                plain.queueType(),
                plain.deliveryLimit(),
                plain.queueExpiry(),
                plain.absent(),
                tls));
    }

    private Client open(AmqpConfig config) {
        Amqp amqp = owned.add(Amqp.open(config));
        return () -> {
            try {
                amqp.ping();
                return Optional.empty();
            } catch (IOException away) {
                return amqp.problem();
            }
        };
    }

    /** One does not listen, one has the wrong certificate: whoever connects comes to the third. */
    @Test
    void passesOverHostsThatCannotBeUsed() throws Exception {
        TlsGate misnamed = gate(authority().issue("elsewhere.example"), false);
        TlsGate right = gate(authority().issue(HOST), false);
        String hosts = "%s:%d,%s:%d,%s".formatted(HOST, Ports.choose(0), HOST, misnamed.port(), HOST);
        Client client = open(hosts, right.port(), trusting(authority().file()));
        for (int times = 0; times < 5; times++) {
            awaitWorking(client);
            right.cut();
        }
    }

    @Test
    void worksWithARealServer() throws Exception {
        RealServer.require("/usr/lib/rabbitmq/bin/rabbitmq-server");
        TestAuthority.Issued server = authority().issue(HOST);
        int port = Ports.choose(0);
        Path settings = Files.writeString(files().resolve("rabbitmq.conf"), """
                listeners.tcp = none
                listeners.ssl.1 = 127.0.0.1:%d
                ssl_options.cacertfile = %s
                ssl_options.certfile = %s
                ssl_options.keyfile = %s
                ssl_options.verify = verify_peer
                ssl_options.fail_if_no_peer_cert = true
                disk_free_limit.absolute = 50MB
                default_user = perilune
                default_pass = canary
                """.formatted(
                        port, authority().file(), server.certificate(), server.key()));
        Path plugins = Files.writeString(files().resolve("plugins"), "[].\n");
        int mapper = Ports.choose(0);
        var environment = Map.ofEntries(
                Map.entry("HOME", files().toString()),
                Map.entry(
                        "RABBITMQ_NODENAME",
                        "perilune-tls-" + ProcessHandle.current().pid() + "@localhost"),
                Map.entry("RABBITMQ_CONFIG_FILE", settings.toString().replace(".conf", "")),
                Map.entry("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
                Map.entry("RABBITMQ_MNESIA_BASE", files().resolve("data").toString()),
                Map.entry("RABBITMQ_LOG_BASE", files().resolve("log").toString()),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(Ports.choose(0))),
                Map.entry("ERL_EPMD_PORT", Integer.toString(mapper)),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"));
        // The port mapper in the foreground, so that it ends with the test.
        owned.add(RealServer.start(
                Files.createDirectory(files().resolve("mapper")),
                "/usr/bin/epmd",
                "-port",
                Integer.toString(mapper),
                "-address",
                "127.0.0.1"));
        owned.add(RealServer.start(files(), environment, "/usr/lib/rabbitmq/bin/rabbitmq-server"));

        TlsConfig tls = showing(authority().file(), authority().issue("client"));
        awaitWorking(open(rabbit(port, tls)));
        awaitProblem(open(rabbit(port, trusting(authority().file()))), "it refuses our certificate, or misses one");
    }

    private static AmqpConfig rabbit(int port, TlsConfig tls) {
        return new AmqpConfig(
                HOST,
                port,
                "perilune",
                new Secret("canary"),
                "/",
                QueueType.QUORUM,
                plain.deliveryLimit(),
                plain.queueExpiry(),
                plain.absent(),
                tls);
    }
}
