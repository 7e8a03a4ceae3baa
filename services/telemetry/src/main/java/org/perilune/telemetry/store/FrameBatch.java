package org.perilune.telemetry.store;

import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Frames to be stored together, as columns: at full load a record a frame would be most of the garbage. Reusable. Not
 * safe for threads.
 */
public final class FrameBatch {
    private static final int FIRST_SIZE = 1_024;

    public EpochState[] states = new EpochState[FIRST_SIZE];
    public long[] epochs = new long[FIRST_SIZE];
    public long[] seqs = new long[FIRST_SIZE];
    public long[] deviceMicros = new long[FIRST_SIZE];
    public long[] receivedMicros = new long[FIRST_SIZE];

    @Nullable
    UUID[] traces = new @Nullable UUID[FIRST_SIZE];

    byte[][] payloads = new byte[FIRST_SIZE][];
    int[] froms = new int[FIRST_SIZE];
    int[] lengths = new int[FIRST_SIZE];
    private int size;
    private long bytes;

    public int size() {
        return size;
    }

    /** Of all payloads. */
    long bytes() {
        return bytes;
    }

    public void clear() {
        // The arrays would otherwise keep the largest batch's payloads alive.
        Arrays.fill(payloads, 0, size, new byte[0]);
        size = 0;
        bytes = 0;
    }

    public void add(
            EpochState state,
            long epoch,
            long seq,
            long deviceMicros,
            long receivedMicros,
            @Nullable UUID trace,
            byte[] payload,
            int from,
            int length) {
        if (size == seqs.length) {
            grow();
        }
        states[size] = state;
        epochs[size] = epoch;
        seqs[size] = seq;
        this.deviceMicros[size] = deviceMicros;
        this.receivedMicros[size] = receivedMicros;
        traces[size] = trace;
        payloads[size] = payload;
        froms[size] = from;
        lengths[size] = length;
        size++;
        bytes += length;
    }

    /** Rows {@code low} to {@code high - 1} of devices that do not count their frames. */
    public int notCounted(int low, int high) {
        int found = 0;
        for (int row = low; row < high; row++) {
            found += states[row].progress() == null ? 1 : 0;
        }
        return found;
    }

    public byte[] payload(int row) {
        return Arrays.copyOfRange(payloads[row], froms[row], froms[row] + lengths[row]);
    }

    private void grow() {
        int larger = size * 2;
        states = Arrays.copyOf(states, larger);
        epochs = Arrays.copyOf(epochs, larger);
        seqs = Arrays.copyOf(seqs, larger);
        deviceMicros = Arrays.copyOf(deviceMicros, larger);
        receivedMicros = Arrays.copyOf(receivedMicros, larger);
        traces = Arrays.copyOf(traces, larger);
        payloads = Arrays.copyOf(payloads, larger);
        froms = Arrays.copyOf(froms, larger);
        lengths = Arrays.copyOf(lengths, larger);
    }
}
