package org.perilune.embedded.host;

import com.rabbitmq.client.MessageProperties;
import java.nio.file.Path;
import java.util.List;
import org.perilune.contracts.Topology;
import org.perilune.embedded.amqp.AmqpServer;
import org.perilune.embedded.amqp.AmqpServerTest;

/** A run that a test kills: an AMQP broker alone, with messages that it confirmed. */
public final class AmqpProcess {
    public static final String READY = "ready";
    public static final String QUEUE = "kept";
    public static final int MESSAGES = 50;

    private AmqpProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        int port = Ports.choose(0);
        var secrets = new Secrets(home.resolve("secrets"));
        var server = AmqpServer.start(home.resolve("amqp"), port, secrets, List.of(Topology.EVENT_BUS));
        try (var connection = AmqpServerTest.factory(port, "event-bus", secrets.value("event-bus.amqp"))
                        .newConnection();
                var channel = connection.createChannel()) {
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.confirmSelect();
            for (int i = 0; i < MESSAGES; i++) {
                channel.basicPublish("", QUEUE, true, MessageProperties.PERSISTENT_BASIC, new byte[] {(byte) i});
            }
            channel.waitForConfirmsOrDie(20_000);
            System.out.println(READY);
            Thread.currentThread().join();
        }
        server.close();
    }
}
