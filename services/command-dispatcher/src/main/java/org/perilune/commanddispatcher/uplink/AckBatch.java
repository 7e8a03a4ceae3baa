package org.perilune.commanddispatcher.uplink;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.SqlFailures;
import org.perilune.commanddispatcher.lifecycle.CommandLifecycleTable;
import org.perilune.commanddispatcher.lifecycle.Outcome;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies what devices said, a batch in a transaction. It can be done again with the same outcome. Safe for threads. */
final class AckBatch {
    private static final Logger LOG = LoggerFactory.getLogger(AckBatch.class);

    private final Jdbi jdbi;
    private final Transitions transitions;

    AckBatch(Jdbi jdbi, Transitions transitions) {
        this.jdbi = jdbi;
        this.transitions = transitions;
    }

    private record Said(AckEntry entry, Transition step) {}

    /** What is committed when this returns. */
    record Result(int taken, List<AckReject> rejects) {}

    /** @throws RuntimeException or {@link SQLException} where the database is away, and nothing is certain */
    Result apply(List<AckEntry> entries) throws SQLException {
        var said = new ArrayList<Said>();
        var rejects = new ArrayList<AckReject>();
        for (AckEntry entry : entries) {
            try {
                said.add(new Said(entry, Acknowledgement.read(entry)));
            } catch (Acknowledgement.Meaningless meaningless) {
                rejects.add(new AckReject(entry, String.valueOf(meaningless.getMessage())));
            }
        }
        int taken = apply(said, rejects);
        return new Result(taken, rejects);
    }

    private int apply(List<Said> said, List<AckReject> rejects) throws SQLException {
        if (said.isEmpty()) {
            return 0;
        }
        try {
            var refused = new ArrayList<AckReject>();
            int taken = jdbi.inTransaction(transaction -> write(transaction, said, refused));
            rejects.addAll(refused);
            return taken;
        } catch (SQLException | RuntimeException failure) {
            if (!isOfTheData(failure)) {
                throw failure;
            }
            if (said.size() == 1) {
                LOG.error("An acknowledgement could not be stored and goes to the rejects", failure);
                rejects.add(new AckReject(said.getFirst().entry(), "It could not be stored"));
                return 0;
            }
            // One is no good; the others must not wait for it.
            int half = said.size() / 2;
            return apply(said.subList(0, half), rejects) + apply(said.subList(half, said.size()), rejects);
        }
    }

    /**
     * Whether it would fail again however often it is tried: SQLSTATE classes 22 (data), 23 (constraints) and 54
     * (limits), and what is no failure of the database at all. Everything else, a schema that is not in place
     * included, gets better with time.
     */
    private static boolean isOfTheData(Exception failure) {
        if (SqlFailures.isAway(failure)) {
            return false;
        }
        return SqlFailures.state(failure)
                .map(state -> state.startsWith("22") || state.startsWith("23") || state.startsWith("54"))
                .orElse(true);
    }

    private int write(Handle transaction, List<Said> said, List<AckReject> refused) throws SQLException {
        Map<UUID, String> owners = owners(transaction, said);
        var steps = new ArrayList<Transition>(said.size());
        for (Said one : said) {
            String owner = owners.get(one.step().command());
            if (owner == null) {
                refused.add(new AckReject(one.entry(), "There is no command with this id"));
            } else if (!owner.equals(one.entry().device())) {
                refused.add(new AckReject(one.entry(), "The command is another device's"));
            } else {
                steps.add(one.step());
            }
        }
        return (int) transitions.apply(transaction, steps).stream()
                .filter(outcome -> outcome != Outcome.NONE)
                .count();
    }

    private static Map<UUID, String> owners(Handle transaction, List<Said> said) throws SQLException {
        try (PreparedStatement statement =
                transaction.getConnection().prepareStatement("select id, device from command where id = any (?)")) {
            statement.setArray(
                    1,
                    CommandLifecycleTable.array(
                            transaction.getConnection(),
                            "uuid",
                            said,
                            one -> one.step().command()));
            try (ResultSet rows = statement.executeQuery()) {
                var owners = new HashMap<UUID, String>();
                while (rows.next()) {
                    owners.put(rows.getObject(1, UUID.class), rows.getString(2));
                }
                return owners;
            }
        }
    }
}
