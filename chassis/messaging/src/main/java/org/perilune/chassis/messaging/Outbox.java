package org.perilune.chassis.messaging;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.contracts.Exchanges;

/** What is to be published, written in the transaction of the change that it tells of. Safe for threads. */
public final class Outbox {
    /** Class-path folder with the migration that makes the table; for {@link Postgres#open}. */
    public static final String SCHEMA = "db/outbox";

    private Outbox() {}

    /** Publishes the event when the transaction commits; wake the {@link OutboxRelay} after that. */
    public static void append(Handle transaction, CloudEvent event) {
        append(transaction, Exchanges.EVENTS, event.type(), messageId(event), "", event.bytes());
    }

    /** The same of many, in their order, with one statement. */
    public static void append(Handle transaction, List<CloudEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        Object[] types = events.stream().map(CloudEvent::type).toArray();
        Object[] ids = events.stream().map(Outbox::messageId).toArray();
        byte[][] bodies = events.stream().map(CloudEvent::bytes).toArray(byte[][]::new);
        Connection connection = transaction.getConnection();
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into outbox (exchange, routing_key, message_id, redriven, body)
                select ?, v.type, v.id, '', v.body
                from unnest(?, ?, ?) with ordinality as v (type, id, body, place) order by v.place
                """)) {
            statement.setString(1, Exchanges.EVENTS);
            statement.setArray(2, connection.createArrayOf("text", types));
            statement.setArray(3, connection.createArrayOf("text", ids));
            statement.setArray(4, connection.createArrayOf("bytea", bodies));
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException("Could not write events into the outbox", failure);
        }
    }

    /** Puts a message that was a dead letter into a queue again. */
    public static void redrive(Handle transaction, String queue, String messageId, UUID deadLetter, byte[] body) {
        append(transaction, Exchanges.TO_QUEUE, queue, messageId, deadLetter.toString(), body);
    }

    /** What tells messages apart, and so do inboxes. */
    public static String messageId(CloudEvent event) {
        return event.source() + " " + event.id();
    }

    private static void append(
            Handle transaction, String exchange, String routingKey, String messageId, String redriven, byte[] body) {
        transaction.execute("""
                insert into outbox (exchange, routing_key, message_id, redriven, body) values (?, ?, ?, ?, ?)
                """, exchange, routingKey, messageId, redriven, body);
    }
}
