package org.perilune.backup;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.BulkConnection;
import org.perilune.contracts.Topology;

/**
 * Tells when the log of events has everything that was published so far. Messages in a queue cannot be looked at, but
 * they keep their order: an event of our own goes through the broker, and when it is in the log, so is what was
 * published before it.
 */
final class EventMarker {
    /** The source's name, after {@link CloudEvent#OWN_SOURCE}. */
    static final String SOURCE = "backup";

    static final String TYPE = "BackupBegun";
    private static final Duration LOOK = Duration.ofMillis(100);

    private final ServiceDatabase eventBus;
    private final Clock clock;

    EventMarker(ServiceDatabase eventBus, Clock clock) {
        this.eventBus = eventBus;
        this.clock = clock;
    }

    /** @return whether it came within that time; where the broker or event-bus is away it does not */
    boolean passesWithin(String backup, Duration limit) throws InterruptedException {
        try (Connection connection = BulkConnection.open(eventBus.config(), "perilune-backup")) {
            CloudEvent marker =
                    CloudEvent.of(SOURCE, TYPE, backup, clock.instant(), Map.of("backup", backup), Optional.empty());
            Jdbi.create(connection).useHandle(handle -> Outbox.append(handle, marker));
            long deadline = System.nanoTime() + limit.toNanos();
            var never = new CountDownLatch(1);
            while (!isLogged(connection, marker)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                boolean _ = never.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (SQLException failure) {
            throw eventBus.failed("read", failure);
        }
    }

    private static boolean isLogged(Connection connection, CloudEvent marker) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select from events where source = ? and id = ?")) {
            query.setString(1, marker.source());
            query.setString(2, marker.id());
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    static boolean isOf(String service) {
        return service.equals(Topology.EVENT_BUS.name());
    }
}
