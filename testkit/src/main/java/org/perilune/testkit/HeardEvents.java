package org.perilune.testkit;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.perilune.chassis.messaging.AmqpConfig;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.contracts.Exchanges;

/**
 * What comes over the bus, each event as often as it comes, since this was opened. Events have a queue to go to while
 * this is open, so open it before what publishes. Safe for threads.
 */
public final class HeardEvents implements AutoCloseable {
    private final Connection connection;
    private final List<CloudEvent> heard = new CopyOnWriteArrayList<>();

    private HeardEvents(Connection connection) {
        this.connection = connection;
    }

    /** @param types of events; {@link Exchanges#EVERY_TYPE} is all */
    public static HeardEvents listen(AmqpConfig config, Set<String> types) throws Exception {
        var factory = new ConnectionFactory();
        factory.setHost(config.host());
        factory.setPort(config.port());
        factory.setUsername(config.user());
        factory.setPassword(config.password().reveal());
        factory.setVirtualHost(config.virtualHost());
        Connection connection = factory.newConnection("test");
        var events = new HeardEvents(connection);
        Channel channel = connection.createChannel();
        channel.exchangeDeclare(Exchanges.EVENTS, "topic", true);
        String queue = channel.queueDeclare().getQueue();
        for (String type : types) {
            channel.queueBind(queue, Exchanges.EVENTS, type);
        }
        channel.basicConsume(
                queue, true, (tag, message) -> events.heard.add(CloudEvent.parse(message.getBody())), tag -> {});
        return events;
    }

    /** In the order in which they came. */
    public List<CloudEvent> all() {
        return List.copyOf(heard);
    }

    public List<CloudEvent> ofType(String type) {
        return heard.stream().filter(event -> event.type().equals(type)).toList();
    }

    public void forget() {
        heard.clear();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
