package org.perilune.telemetry.query;

import java.util.ArrayList;
import java.util.List;
import org.perilune.contracts.v1.Frame;
import org.perilune.contracts.v1.Value;
import org.perilune.telemetry.store.FrameScan;
import org.perilune.telemetry.store.FrameValues;

/** One parameter's values out of frames: folded into pixels, and as they are while they are few. Not safe for threads. */
final class SeriesPoints implements FrameScan.Sink {
    private static final int FRAMES_BETWEEN_LOOKS = 1_024;

    private final String parameter;
    private final PixelFold fold;
    private final int mostExact;
    private final long deadlineNanos;
    private final List<Point> exact = new ArrayList<>();
    private long frames;
    private long values;

    /** @param deadlineNanos by {@link System#nanoTime}, when no more frames are taken */
    SeriesPoints(String parameter, PixelFold fold, int mostExact, long deadlineNanos) {
        this.parameter = parameter;
        this.fold = fold;
        this.mostExact = mostExact;
        this.deadlineNanos = deadlineNanos;
    }

    record Point(long micros, double value) {}

    @Override
    public boolean take(int mark, long micros, Frame frame) {
        Value last = null;
        for (Value value : frame.getValuesList()) {
            // By the rule of FrameValues, without making a map of each frame.
            if (value.getKindCase() != Value.KindCase.KIND_NOT_SET
                    && value.getName().equals(parameter)) {
                last = value;
            }
        }
        if (last != null && FrameValues.isNumber(last)) {
            double number = FrameValues.number(last);
            values++;
            fold.add(micros, number, number);
            if (exact.size() < mostExact) {
                exact.add(new Point(micros, number));
            }
        }
        frames++;
        return frames % FRAMES_BETWEEN_LOOKS != 0 || System.nanoTime() - deadlineNanos < 0;
    }

    boolean isEmpty() {
        return values == 0;
    }

    boolean isExact() {
        return values <= mostExact;
    }

    /** By time; all of them only if {@link #isExact}. */
    void forEachExact(PixelFold.Points out) {
        exact.sort((one, other) -> Long.compare(one.micros(), other.micros()));
        exact.forEach(point -> out.point(Math.floorDiv(point.micros(), 1_000), point.value(), point.value()));
    }
}
