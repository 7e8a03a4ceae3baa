package org.perilune.telemetry.ingest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.MalformedTelemetry;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.Topics;
import org.perilune.telemetry.store.ClockTolerance;
import org.perilune.telemetry.store.Daily;
import org.perilune.telemetry.store.DeviceRegistry;
import org.perilune.telemetry.store.EpochState;
import org.perilune.telemetry.store.FrameBatch;
import org.perilune.telemetry.store.FrameIdentity;
import org.perilune.telemetry.store.Reject;
import org.perilune.telemetry.store.SequenceTracker;

/**
 * Cuts a partition's messages into frames: sound ones into a batch, the others into rejects, and those that are known
 * to be stored into the count of duplicates. Not safe for threads.
 */
final class IngestSlicer {
    private final DeviceRegistry devices;
    private final IngestMeters meters;
    private final ClockTolerance clocks;
    private final TelemetryScanner scanner = new TelemetryScanner();
    private final FrameIdentity identity = new FrameIdentity();
    private final Map<Name, EpochState.Key> keys = new HashMap<>();
    final FrameBatch batch = new FrameBatch();
    final List<Reject> rejects = new ArrayList<>();
    private final EpochRate newEpochs;

    /** Epochs of the batch that begin too soon after others of their device. */
    private final Set<EpochState.Key> tooMany = new HashSet<>();

    Daily known = new Daily();
    final Set<EpochState> touched = new LinkedHashSet<>();

    private record Name(String device, long epoch) {}

    /** @param newEpochs how often each device may begin one */
    IngestSlicer(DeviceRegistry devices, IngestMeters meters, EpochRate newEpochs, ClockTolerance clocks) {
        this.newEpochs = newEpochs;
        this.devices = devices;
        this.meters = meters;
        this.clocks = clocks;
    }

    void clear() {
        batch.clear();
        rejects.clear();
        tooMany.clear();
        known = new Daily();
        touched.clear();
    }

    /** Whose progress must be known before {@link #slice}. Makes devices known that were not. */
    Set<EpochState.Key> unknown(IngestPartition partition, List<StreamEntry> entries) {
        var unknown = new LinkedHashSet<EpochState.Key>();
        for (StreamEntry entry : entries) {
            if (entry.fields() == null) {
                continue;
            }
            long epoch;
            try {
                epoch = scanner.scanEpoch(entry.payload());
            } catch (MalformedTelemetry malformed) {
                continue;
            }
            String device = entry.text(Streams.Field.DEVICE);
            if (epoch >= 0 && devices.isName(device)) {
                add(unknown, partition, device, epoch);
            }
        }
        return unknown;
    }

    private void add(Set<EpochState.Key> unknown, IngestPartition partition, String device, long epoch) {
        EpochState.Key key = key(device, epoch);
        if (partition.states.containsKey(key) || unknown.contains(key) || tooMany.contains(key)) {
            return;
        }
        if (epoch == 0 || newEpochs.mayBegin(key.deviceId())) {
            unknown.add(key);
        } else {
            tooMany.add(key);
        }
    }

    private EpochState.Key key(String device, long epoch) {
        if (keys.size() > 100_000) {
            keys.clear();
        }
        return keys.computeIfAbsent(
                new Name(device, epoch), name -> new EpochState.Key(devices.id(device), device, epoch));
    }

    void slice(IngestPartition partition, StreamEntry entry, long nowMicros) {
        if (entry.fields() == null) {
            return;
        }
        String device = entry.text(Streams.Field.DEVICE);
        byte[] payload = entry.payload();
        long received = entry.receivedMicros(nowMicros);
        if (!devices.isName(device)) {
            reject(partition, entry, "", received, "The topic names no device", null, 0, payload, 0);
            return;
        }
        try {
            scanner.scan(payload);
        } catch (MalformedTelemetry malformed) {
            reject(partition, entry, device, received, String.valueOf(malformed.getMessage()), null, 0, payload, 0);
            return;
        }
        EpochState.Key key = key(device, scanner.epoch());
        EpochState state = partition.states.get(key);
        if (state == null && tooMany.contains(key)) {
            reject(partition, entry, device, received, newEpochs.refusal(), null, 0, payload, 0);
            return;
        }
        if (state == null) {
            throw new IllegalStateException("The progress was not loaded");
        }
        state.touched = System.nanoTime();
        touched.add(state);
        UUID trace = entry.trace();
        for (int index = 0; index < scanner.count(); index++) {
            frame(partition, entry, state, index, payload, received, trace);
        }
    }

    private void frame(
            IngestPartition partition,
            StreamEntry entry,
            EpochState state,
            int index,
            byte[] payload,
            long received,
            @Nullable UUID trace) {
        int from = scanner.from(index);
        int length = scanner.length(index);
        String fault = scanner.fault(index);
        long seq = scanner.seq(index);
        if (fault != null) {
            byte[] frame = Arrays.copyOfRange(payload, from, from + length);
            reject(partition, entry, state.key().device(), received, fault, state, seq, frame, index);
            return;
        }
        long time = scanner.timeMicros(index) == 0 ? received : scanner.timeMicros(index);
        long epoch = scanner.epoch();
        SequenceTracker progress = state.progress();
        if (progress == null) {
            epoch = FrameIdentity.epochOf(time);
            String topic = Topics.of(state.key().device(), Topics.TELEMETRY);
            seq = identity.seqOf(state.key().device(), topic, payload, from, length);
        } else if (progress.contains(seq)) {
            known.duplicate(state.deviceId(), 1);
            return;
        }
        if (clocks.isWrong(time, received)) {
            meters.wrongClocks.increment();
        }
        batch.add(state, epoch, seq, time, received, trace, payload, from, length);
        String leftOut = scanner.leftOut(index);
        if (leftOut != null) {
            // Told beside the frame that is stored: of no seq, which would count as settled without it.
            byte[] frame = Arrays.copyOfRange(payload, from, from + length);
            reject(partition, entry, state.key().device(), received, leftOut, null, 0, frame, index);
        }
    }

    private void reject(
            IngestPartition partition,
            StreamEntry entry,
            String device,
            long received,
            String reason,
            @Nullable EpochState state,
            long seq,
            byte[] payload,
            int index) {
        boolean counted = state != null && state.progress() != null && seq > 0;
        rejects.add(new Reject(
                device.isEmpty() ? 0 : devices.id(device),
                received,
                device,
                device.isEmpty() ? partition.stream() : Topics.of(device, Topics.TELEMETRY),
                reason,
                counted ? state : null,
                counted ? seq : 0,
                payload,
                partition.stream() + "/" + entry.idText() + "/" + index));
    }
}
