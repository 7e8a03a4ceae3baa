package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.perilune.chassis.postgres.LeaderSession;
import org.perilune.contracts.Streams;

/**
 * Who stores a partition: the one whose {@link LeaderSession} holds its lock in PostgreSQL. The lock ends with the
 * session, so that nobody who lost it can store any more, which no lease in another store could promise: what an
 * owner remembers of its devices is true as long as it can commit. All writers of all copies are alike. Not safe for
 * threads.
 */
final class IngestOwnership {
    /** The lock that all writers share, by which they are counted. */
    private static final int WRITERS = 1_000;

    private final Connection connection;
    private final LeaderSession session;
    private final BitSet owned = new BitSet();

    IngestOwnership(Connection connection, LeaderSession session) throws SQLException {
        this.connection = connection;
        this.session = session;
        session.share(WRITERS);
    }

    /** @param share partitions that this writer should own, at most */
    record Change(int share, List<Integer> mayTake, List<Integer> mustGive) {}

    /** Compares what is owned to a fair share. */
    Change due() throws SQLException {
        int writers;
        try (PreparedStatement statement = connection.prepareStatement("""
            select count(distinct pid) from pg_locks
            where locktype = 'advisory' and classid::bigint = ? and objid::bigint = ? and granted
                and database = (select oid from pg_database where datname = current_database())
            """)) {
            statement.setLong(1, LeaderSession.LOCKS);
            statement.setLong(2, WRITERS);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                writers = Math.max(1, result.getInt(1));
            }
        }
        connection.commit();
        int share = Math.ceilDiv(Streams.TELEMETRY_PARTITIONS, writers);
        List<Integer> mine = owned.stream().boxed().toList();
        if (mine.size() > share) {
            return new Change(share, List.of(), mine.subList(share, mine.size()));
        }
        if (mine.size() == share) {
            return new Change(share, List.of(), List.of());
        }
        List<Integer> others = IntStream.range(0, Streams.TELEMETRY_PARTITIONS)
                .filter(partition -> !owned.get(partition))
                .boxed()
                .toList();
        return new Change(share, others, List.of());
    }

    /** Takes a partition, unless another has it. */
    boolean take(int partition) throws SQLException {
        boolean taken = session.take(partition);
        if (taken) {
            owned.set(partition);
        }
        return taken;
    }

    void give(int partition) throws SQLException {
        session.give(partition);
        owned.clear(partition);
    }
}
