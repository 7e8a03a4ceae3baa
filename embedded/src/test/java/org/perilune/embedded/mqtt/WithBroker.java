package org.perilune.embedded.mqtt;

import static com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode.SERVER_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.perilune.embedded.Client;
import org.perilune.embedded.host.BackendsConfig;
import org.perilune.embedded.host.Ports;

/** Tests of the broker alone: it needs neither of the other servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WithBroker {
    static final String SERVICE_PASSWORD = "the service's";
    final BrokerMeters meters = new BrokerMeters();
    Path home;
    DeviceKeys devices;
    BrokerExtension extension;
    int port;
    Broker broker;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        home = folder;
        devices = DeviceKeys.in(home);
        extension = new BrokerExtension(
                devices, Map.of("telemetry", SERVICE_PASSWORD), meters, BackendsConfig.DeviceLimit.USUAL);
        port = Ports.choose(0);
        broker = Broker.start(home.resolve("mqtt"), port, extension);
        assertThat(Client.refusal(port, Client.login("early", devices.enrol("early")), "early"))
                .isEqualTo(SERVER_UNAVAILABLE);
        service().close();
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    /** A device of the test's own, so that tests do not meet. */
    String enrolled(String key) {
        String name = "d-" + UUID.randomUUID();
        devices.enrol(name, key);
        return name;
    }

    TestHandler handler() {
        var handler = new TestHandler();
        extension.onPublish(handler);
        return handler;
    }

    Client service() {
        return Client.in(port, "telemetry", SERVICE_PASSWORD);
    }
}
