package org.perilune.telemetry.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.perilune.contracts.Topics;
import org.perilune.telemetry.store.ClockTolerance;
import org.perilune.telemetry.store.Daily;
import org.perilune.telemetry.store.DeviceRegistry;
import org.perilune.telemetry.store.EpochState;
import org.perilune.telemetry.store.FrameBatch;
import org.perilune.telemetry.store.LatestValues;
import org.perilune.telemetry.store.Marks;
import org.perilune.telemetry.store.ProgressStore;
import org.perilune.telemetry.store.Reject;
import org.perilune.telemetry.store.SequenceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what was read, over the connection that owns the partitions. Everything it throws leaves the partitions'
 * states in doubt: their owner must begin anew. Not safe for threads.
 */
final class IngestStore {
    private static final Logger LOG = LoggerFactory.getLogger(IngestStore.class);

    private final Connection connection;
    private final DeviceRegistry devices;
    private final Watermarks watermarks;
    private final IngestMeters meters;
    private final Clock clock;
    private final IngestSlicer slicer;
    private final IngestTransaction transaction;
    private final Marks marks = new Marks();
    private final LatestValues latest;
    private final ProgressSaver progress;

    IngestStore(
            Connection connection,
            DeviceRegistry devices,
            Watermarks watermarks,
            IngestMeters meters,
            int newEpochsAMinute,
            ClockTolerance clocks,
            Clock clock) {
        this.connection = connection;
        this.devices = devices;
        this.watermarks = watermarks;
        this.meters = meters;
        this.clock = clock;
        this.slicer = new IngestSlicer(devices, meters, new EpochRate(newEpochsAMinute, System::nanoTime), clocks);
        this.transaction = new IngestTransaction(clock);
        this.latest = new LatestValues(clocks);
        this.progress = new ProgressSaver(connection, latest);
    }

    /** Makes a partition's marks true, which its owner before may have left open. */
    void adopt(int partition) throws SQLException {
        Marks.closeLeftOpen(connection, devices.ofPartition(partition));
        connection.commit();
    }

    /** Returns after the commit. */
    void store(Map<IngestPartition, List<StreamEntry>> work) throws SQLException {
        slicer.clear();
        Instant instant = clock.instant();
        long now = TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1_000;
        for (Map.Entry<IngestPartition, List<StreamEntry>> part : work.entrySet()) {
            IngestPartition partition = part.getKey();
            Set<EpochState.Key> unknown = slicer.unknown(partition, part.getValue());
            if (!unknown.isEmpty()) {
                partition.states.putAll(ProgressStore.load(connection, unknown));
                connection.commit();
            }
            for (StreamEntry entry : part.getValue()) {
                slicer.slice(partition, entry, now);
            }
        }
        long began = System.nanoTime();
        storeRange(0, slicer.batch.size(), List.copyOf(slicer.rejects), slicer.known);
        meters.commits.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        meters.batches.record(slicer.batch.size());
        tell();
    }

    private void storeRange(int low, int high, List<Reject> rejects, Daily known) throws SQLException {
        FrameBatch batch = slicer.batch;
        marks.clear();
        for (int row = low; row < high; row++) {
            marks.add(batch.states[row], batch.deviceMicros[row], batch.seqs[row]);
        }
        try {
            Daily counted = transaction.store(connection, batch, low, high, marks, rejects, known);
            settle(low, high, rejects, counted.duplicates(), known.duplicates());
        } catch (SQLException failure) {
            if (!isOfTheData(failure)) {
                throw failure;
            }
            forgetMarks(low, high);
            halve(low, high, rejects, known, failure);
        }
    }

    /** SQLSTATE classes of values that cannot be, of constraints, and of limits: the same again fails again. */
    private static boolean isOfTheData(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    private void halve(int low, int high, List<Reject> rejects, Daily known, SQLException failure) throws SQLException {
        if (!rejects.isEmpty() || known.duplicates() > 0) {
            storeRange(low, low, rejects, known);
        }
        if (high - low > 1) {
            int middle = (low + high) >>> 1;
            storeRange(low, middle, List.of(), new Daily());
            storeRange(middle, high, List.of(), new Daily());
            return;
        }
        if (high == low) {
            throw failure;
        }
        FrameBatch batch = slicer.batch;
        EpochState state = batch.states[low];
        // One line: a device that sends such frames without end would fill the disk with stack traces.
        LOG.warn(
                "A frame cannot be stored and is kept as a reject [device: {}, SQLSTATE: {}, reason: {}]",
                state.key().device(),
                failure.getSQLState(),
                String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
        meters.refused.increment();
        var reject = new Reject(
                state.deviceId(),
                batch.receivedMicros[low],
                state.key().device(),
                Topics.of(state.key().device(), Topics.TELEMETRY),
                "The database refuses the frame: %s [SQLSTATE: %s]"
                        .formatted(
                                String.valueOf(failure.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                                failure.getSQLState()),
                state.progress() == null ? null : state,
                state.progress() == null ? 0 : batch.seqs[low],
                batch.payload(low),
                "frame/%d/%d/%d".formatted(state.deviceId(), batch.epochs[low], batch.seqs[low]));
        storeRange(low, low, List.of(reject), new Daily());
    }

    /** What was rolled back is as if it had not been: open marks that were not opened, seqs that were not seen. */
    private void forgetMarks(int low, int high) throws SQLException {
        var touched = new LinkedHashSet<EpochState>(slicer.touched);
        for (int row = low; row < high; row++) {
            touched.add(slicer.batch.states[row]);
        }
        Set<Integer> ids = new TreeSet<>();
        for (EpochState state : touched) {
            SequenceTracker progress = state.progress();
            state.openMinute = EpochState.NO_MINUTE;
            state.seen = progress == null ? 0 : progress.highest();
            ids.add(state.deviceId());
        }
        Marks.closeLeftOpen(connection, List.copyOf(ids));
        connection.commit();
    }

    private void settle(int low, int high, List<Reject> rejects, long duplicates, long known) {
        FrameBatch batch = slicer.batch;
        for (int row = low; row < high; row++) {
            EpochState state = batch.states[row];
            latest.add(batch, row);
            SequenceTracker progress = state.progress();
            if (progress == null) {
                continue;
            }
            progress.add(batch.seqs[row]);
            state.dirty = true;
        }
        for (Reject reject : rejects) {
            EpochState state = reject.state();
            SequenceTracker progress = state == null ? null : state.progress();
            if (state != null && progress != null && reject.seq() > 0) {
                progress.add(reject.seq());
                state.seen = Math.max(state.seen, reject.seq());
                state.dirty = true;
            }
        }
        meters.stored.increment((double) (high - low - (duplicates - known)));
        meters.duplicates.increment((double) duplicates);
        meters.rejected.increment(rejects.size());
    }

    private void tell() {
        for (EpochState state : slicer.touched) {
            SequenceTracker progress = state.progress();
            if (progress != null && progress.upto() > 0) {
                watermarks.offer(state.key().device(), state.key().epoch(), progress.upto());
            }
        }
        watermarks.flush();
    }

    /**
     * The work of about once a second, in one transaction: progress, newest values, marks of devices that fell silent.
     *
     * @param all closes the marks of all, since the partitions change hands
     */
    void saveProgress(Collection<IngestPartition> partitions, boolean all) throws SQLException {
        progress.save(partitions, all);
    }
}
