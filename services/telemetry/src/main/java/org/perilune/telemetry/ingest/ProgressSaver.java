package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import org.perilune.telemetry.store.EpochState;
import org.perilune.telemetry.store.LatestValues;
import org.perilune.telemetry.store.Marks;
import org.perilune.telemetry.store.ProgressStore;
import org.perilune.telemetry.store.SequenceTracker;

/** Saves how far each epoch of the owned partitions has come, and forgets those that fell silent. Not safe for threads. */
final class ProgressSaver {
    private static final long IDLE_NANOS = Duration.ofSeconds(75).toNanos();
    private static final long FORGET_NANOS = Duration.ofMinutes(10).toNanos();

    private final Connection connection;
    private final LatestValues latest;
    private final Marks marks = new Marks();

    /** @param latest is written along, and then empty */
    ProgressSaver(Connection connection, LatestValues latest) {
        this.connection = connection;
        this.latest = latest;
    }

    /**
     * The work of about once a second, in one transaction: progress, newest values, marks of devices that fell silent.
     *
     * @param all closes the marks of all, since the partitions change hands
     */
    void save(Collection<IngestPartition> partitions, boolean all) throws SQLException {
        long now = System.nanoTime();
        marks.clear();
        var dirty = new ArrayList<EpochState>();
        for (IngestPartition partition : partitions) {
            partition.markSurplus();
            for (EpochState state : partition.states.values()) {
                SequenceTracker progress = state.progress();
                if (state.dirty) {
                    dirty.add(state);
                }
                if (all
                        || state.surplus
                        || now - state.touched > IDLE_NANOS
                        || (progress != null && progress.needsReload())) {
                    marks.close(state);
                }
            }
        }
        if (dirty.isEmpty() && marks.isEmpty() && latest.isEmpty()) {
            return;
        }
        marks.write(connection);
        ProgressStore.save(connection, dirty);
        latest.write(connection);
        connection.commit();
        latest.clear();
        dirty.forEach(state -> state.dirty = false);
        for (IngestPartition partition : partitions) {
            partition.states.values().removeIf(state -> {
                SequenceTracker progress = state.progress();
                return state.surplus
                        || now - state.touched > FORGET_NANOS
                        || (progress != null && progress.needsReload());
            });
        }
    }
}
