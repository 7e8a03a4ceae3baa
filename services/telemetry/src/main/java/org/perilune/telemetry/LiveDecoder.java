package org.perilune.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.perilune.contracts.MalformedTelemetry;
import org.perilune.contracts.Streams;
import org.perilune.contracts.TelemetryScanner;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Frame;

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

    List<LiveFrame> decode(String stream, Map<byte[], byte[]> fields) {
        String device = "";
        byte[] payload = new byte[0];
        long received = 0;
        for (var field : fields.entrySet()) {
            switch (new String(field.getKey(), StandardCharsets.UTF_8)) {
                case Streams.Field.DEVICE -> device = new String(field.getValue(), StandardCharsets.UTF_8);
                case Streams.Field.PAYLOAD -> payload = field.getValue();
                case Streams.Field.RECEIVED -> received = micros(field.getValue());
                default -> {}
            }
        }
        try {
            String topic = stream.equals(Streams.POSTED) ? FrameStore.TOPIC : Topics.of(device, Topics.TELEMETRY);
            return frames(device, topic, payload, received);
        } catch (MalformedTelemetry | InvalidProtocolBufferException ignored) {
            return List.of();
        }
    }

    private List<LiveFrame> frames(String device, String topic, byte[] payload, long received)
            throws MalformedTelemetry, InvalidProtocolBufferException {
        scanner.scan(payload);
        var frames = new ArrayList<LiveFrame>(scanner.count());
        String receivedText = Times.ofMicros(received).toString();
        long now = System.nanoTime();
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
            frames.add(LiveFrame.of(device, head, frame.getValuesList(), now));
        }
        return frames;
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
            return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
        } catch (NumberFormatException ignored) {
            return 0;
        }
    }
}
