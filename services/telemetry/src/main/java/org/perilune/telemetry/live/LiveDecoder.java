package org.perilune.telemetry.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.perilune.contracts.MalformedTelemetry;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Frame;
import org.perilune.telemetry.store.FrameIdentity;
import org.perilune.telemetry.store.FrameStore;
import org.perilune.telemetry.store.FrameValues;
import org.perilune.telemetry.store.Times;

/** Stream entries as live frames. Drops what came before, and what cannot be read: ingest rejects that. One thread. */
final class LiveDecoder {
    private static final int MOST_EPOCHS = 10_000;

    private final TelemetryScanner scanner = new TelemetryScanner();
    private final FrameIdentity identity = new FrameIdentity();
    private final Map<EpochKey, Long> seen = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EpochKey, Long> eldest) {
            return size() > MOST_EPOCHS;
        }
    };

    private record EpochKey(String device, long epoch) {}

    /** Whose message the entry is. */
    static String device(Map<byte[], byte[]> fields) {
        return new String(field(fields, Streams.Field.DEVICE), UTF_8);
    }

    /** @param arrivedNanos by {@link System#nanoTime} */
    List<LiveFrame> decode(String stream, Map<byte[], byte[]> fields, long arrivedNanos) {
        String device = device(fields);
        byte[] payload = field(fields, Streams.Field.PAYLOAD);
        long received = micros(field(fields, Streams.Field.RECEIVED));
        try {
            String topic = stream.equals(Streams.POSTED) ? FrameStore.TOPIC : Topics.of(device, Topics.TELEMETRY);
            return frames(device, topic, payload, received, arrivedNanos);
        } catch (MalformedTelemetry | InvalidProtocolBufferException ignored) {
            return List.of();
        }
    }

    private List<LiveFrame> frames(String device, String topic, byte[] payload, long received, long arrivedNanos)
            throws MalformedTelemetry, InvalidProtocolBufferException {
        scanner.scan(payload);
        var frames = new ArrayList<LiveFrame>(scanner.count());
        String receivedText = Times.ofMicros(received).toString();
        for (int index = 0; index < scanner.count(); index++) {
            if (scanner.fault(index) != null) {
                continue;
            }
            long micros = scanner.timeMicros(index) == 0 ? received : scanner.timeMicros(index);
            long epoch = scanner.epoch();
            long seq = scanner.seq(index);
            int from = scanner.from(index);
            int length = scanner.length(index);
            if (FrameIdentity.isCounted(epoch, seq)) {
                if (!isNew(new EpochKey(device, epoch), seq)) {
                    continue;
                }
            } else {
                // Of the very bytes that are stored, so that both are known by the same identity.
                epoch = FrameIdentity.epochOf(micros);
                seq = identity.seqOf(device, topic, payload, from, length);
            }
            Frame frame = Frame.parser().parseFrom(payload, from, length);
            var head =
                    new LiveFrame.Head(Times.ofMicros(micros).toString(), receivedText, epoch, seq, frame.getStatus());
            frames.add(LiveFrame.of(device, head, FrameValues.of(frame), arrivedNanos));
        }
        return frames;
    }

    /** Empty where there is none. */
    private static byte[] field(Map<byte[], byte[]> fields, String name) {
        for (var field : fields.entrySet()) {
            if (new String(field.getKey(), UTF_8).equals(name)) {
                return field.getValue();
            }
        }
        return new byte[0];
    }

    private boolean isNew(EpochKey key, long seq) {
        Long last = seen.get(key);
        if (last != null && seq <= last) {
            return false;
        }
        seen.put(key, seq);
        return true;
    }

    private static long micros(byte[] digits) {
        try {
            return Long.parseLong(new String(digits, US_ASCII));
        } catch (NumberFormatException ignored) {
            return 0;
        }
    }
}
