package org.perilune.telemetry.store;

import java.time.Instant;

/**
 * A part of a mark's frames that is still to be read.
 *
 * @param low earliest device time
 * @param high device times are before this
 * @param bound for frames that count: the greatest seq wanted. For others: the epoch that the wanted ones follow
 * @param tie for others: frames of the epoch {@code bound} are wanted if their seq is less than this
 */
public record RangeScan(TimeIndexEntry mark, Instant low, Instant high, long bound, long tie) {
    /** All frames of the mark within [from, to). */
    public static RangeScan of(TimeIndexEntry mark, Instant from, Instant to) {
        Instant end = mark.minute().plusSeconds(60);
        Instant low = from.isAfter(mark.minute()) ? from : mark.minute();
        Instant high = to.isBefore(end) ? to : end;
        return mark.counts()
                ? new RangeScan(mark, low, high, mark.seqTo(), 0)
                : new RangeScan(mark, low, high, -Times.micros(high), Long.MIN_VALUE);
    }

    RangeScan before(StoredFrame frame) {
        return mark.counts()
                ? new RangeScan(mark, low, high, frame.seq() - 1, 0)
                : new RangeScan(mark, low, high, frame.epoch(), frame.seq());
    }
}
