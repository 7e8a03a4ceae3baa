package org.perilune.sdk.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.perilune.contracts.v1.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a damaged journal whole again. The ground says up to which seq everything is stored; a seq that never comes would
 * hold that back, and all later frames of the epoch would be sent again for ever. So each frame that is lost is replaced
 * by one with its seq, the time of the frame before it and a status that says what happened. Where the ground has the
 * lost frame already, it keeps that one.
 */
final class JournalRepair {
    /** The status of a frame that stands for one that the disk lost. */
    static final String LOST = "frame lost: the journal was damaged";

    private static final Logger LOG = LoggerFactory.getLogger(JournalRepair.class);
    private static final Pattern NAME =
            Pattern.compile("(\\p{XDigit}{16})-(\\p{XDigit}{16})" + Pattern.quote(Segment.SUFFIX));
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Path folder;
    private final List<Start> unreadable = new ArrayList<>();

    /** Where a segment begins, as its name says. */
    private record Start(long epoch, long firstSeq) {}

    JournalRepair(Path folder) {
        this.folder = folder;
    }

    /** A file whose header cannot be read, and which is there under that name no more. */
    void unreadable(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
            unreadable.add(
                    new Start(Long.parseUnsignedLong(name.group(1), 16), Long.parseUnsignedLong(name.group(2), 16)));
        }
    }

    /** The same segments and those that were made anew, oldest first. */
    List<Segment> withoutHoles(List<Segment> found) throws IOException {
        var segments = new ArrayList<>(found);
        for (Start start : unreadable) {
            // Its name was safe before its header was: where nothing follows, a start died before a frame was in it.
            boolean held = start.firstSeq() > 0
                    && found.stream()
                            .anyMatch(other -> other.epoch() == start.epoch() && other.firstSeq() > start.firstSeq());
            if (held) {
                segments.add(Segment.create(folder, start.epoch(), start.firstSeq(), 0));
            }
        }
        segments.sort(Comparator.comparingLong(Segment::epoch).thenComparingLong(Segment::firstSeq));
        for (int index = 1; index < segments.size(); index++) {
            Segment before = segments.get(index - 1);
            Segment after = segments.get(index);
            if (before.epoch() == after.epoch() && before.lastSeq() + 1 < after.firstSeq()) {
                fill(before, after);
            }
        }
        return segments;
    }

    private static void fill(Segment before, Segment after) throws IOException {
        LOG.error(
                "The journal is damaged, frames are lost [epoch: {}, first seq: {}, last seq: {}]",
                before.epoch(),
                before.lastSeq() + 1,
                after.firstSeq() - 1);
        long time = timeBefore(before, after);
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long seq = before.lastSeq() + 1; seq < after.firstSeq(); seq++) {
            byte[] frame = Frame.newBuilder()
                    .setSeq(seq)
                    .setTimeMicros(time)
                    .setStatus(LOST)
                    .build()
                    .toByteArray();
            if (buffer.remaining() < SegmentFormat.RECORD_OVERHEAD_BYTES + frame.length) {
                before.write(buffer.flip());
                buffer.clear();
            }
            SegmentFormat.encode(buffer, before.bookmark(), new byte[0], frame);
        }
        before.write(buffer.flip());
        before.force();
        before.commit(after.firstSeq() - 1, before.bookmark());
    }

    /** Of the last frame that is left, or of the first one behind the hole; 0 if there is neither. */
    private static long timeBefore(Segment before, Segment after) throws IOException {
        Segment nearest = before.lastSeq() >= before.firstSeq() ? before : after;
        long seq = nearest == before ? before.lastSeq() : after.firstSeq();
        List<byte[]> frames =
                nearest.read(nearest.offsetOf(seq), 1, BUFFER_BYTES).frames();
        return frames.isEmpty() ? 0 : Frame.parseFrom(frames.getFirst()).getTimeMicros();
    }
}
