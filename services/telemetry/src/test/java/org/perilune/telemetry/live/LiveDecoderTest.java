package org.perilune.telemetry.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.perilune.contracts.Streams;
import org.perilune.contracts.Topics;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.telemetry.IngestFixture;
import org.perilune.telemetry.store.FrameIdentity;

class LiveDecoderTest {
    private static final long TIME = IngestFixture.NOON_MICROS;
    private final LiveDecoder decoder = new LiveDecoder();

    private List<LiveFrame> decode(byte[] payload) {
        return decoder.decode(
                Streams.telemetry(0),
                Map.of(
                        Streams.Field.DEVICE.getBytes(UTF_8),
                        "rover".getBytes(UTF_8),
                        Streams.Field.PAYLOAD.getBytes(UTF_8),
                        payload),
                System.nanoTime());
    }

    @Test
    void framesWithoutCounterBearTheIdentityOfTheirVeryBytes() throws Exception {
        // Fields in an order in which no library would write them again.
        var frame = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(frame);
        out.writeString(3, "nominal");
        out.writeSFixed64(2, TIME);
        out.flush();
        byte[] bytes = frame.toByteArray();
        var message = new ByteArrayOutputStream();
        CodedOutputStream whole = CodedOutputStream.newInstance(message);
        whole.writeByteArray(2, bytes);
        whole.flush();
        LiveFrame live = decode(message.toByteArray()).getFirst();
        assertThat(live.head().epoch()).isEqualTo(-TIME);
        assertThat(live.head().seq())
                .isEqualTo(new FrameIdentity()
                        .seqOf("rover", Topics.of("rover", Topics.TELEMETRY), bytes, 0, bytes.length));
    }

    @Test
    void tellsEachCountedFrameOnceAndDropsWhatIsNoMessage() {
        byte[] payload = Telemetry.newBuilder()
                .setEpoch(5)
                .addFrames(IngestFixture.frame(1, TIME))
                .addFrames(IngestFixture.frame(2, TIME))
                .build()
                .toByteArray();
        assertThat(decode(payload)).hasSize(2);
        assertThat(decode(payload)).isEmpty();
        assertThat(decode(new byte[] {1, 2, 3})).isEmpty();
    }
}
