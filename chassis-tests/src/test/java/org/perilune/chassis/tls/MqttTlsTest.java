package org.perilune.chassis.tls;

import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.chassis.mqtt.MqttClients;
import org.perilune.chassis.mqtt.MqttConfig;
import org.perilune.chassis.settings.Settings;
import org.perilune.contracts.Topology.Store;
import org.perilune.embedded.EmbeddedBackends;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;
import org.perilune.testkit.TestAuthority;

final class MqttTlsTest extends OverTls {
    @TempDir
    private static Path home;

    private static EmbeddedBackends backends;
    private static MqttConfig plain;

    @BeforeAll
    static void start() {
        backends = EmbeddedBackends.start(BackendsConfig.onFreePorts(home, List.of(), Store.MQTT), sentence -> {});
        plain = MqttConfig.read(Settings.of(backends.settings()).at("telemetry"));
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Override
    String store() {
        return "The MQTT broker";
    }

    @Override
    int plainPort() {
        return plain.port();
    }

    @Override
    Client open(String host, int port, TlsConfig tls) {
        var config = new MqttConfig(host, port, plain.user(), plain.password(), tls);
        var away = new AtomicReference<>("not connected yet");
        var closing = new AtomicBoolean();
        var client = MqttClients.builder(config, plain.user() + ":" + UUID.randomUUID(), closing::get)
                .addDisconnectedListener(context -> away.set(MqttClients.away(config, context.getCause())))
                .buildAsync();
        owned.add(() -> {
            closing.set(true);
            CompletableFuture<Void> _ = client.disconnect();
        });
        CompletableFuture<Mqtt5ConnAck> _ = client.connect();
        return () -> client.getState().isConnected() ? Optional.empty() : Optional.ofNullable(away.get());
    }

    @Test
    void worksWithARealServer() throws Exception {
        TestAuthority.Issued server = authority().issue(HOST);
        int port = Ports.choose(0);
        Path settings = Files.writeString(files().resolve("mosquitto.conf"), """
                user root
                listener %d 127.0.0.1
                allow_anonymous true
                cafile %s
                certfile %s
                keyfile %s
                require_certificate true
                """.formatted(
                        port, authority().file(), server.certificate(), server.key()));
        owned.add(RealServer.start(files(), "/usr/sbin/mosquitto", "-c", settings.toString()));
        awaitWorking(open(HOST, port, showing(authority().file(), authority().issue("client"))));
        awaitProblem(open(HOST, port, trusting(authority().file())), "it refuses our certificate, or misses one");
    }
}
