package org.perilune.telemetry.store;

import java.time.Instant;

/**
 * Where the frames of one device, minute and epoch are.
 *
 * @param epoch 0 for frames of a device that does not count
 * @param seqTo {@link Long#MAX_VALUE} while the minute is being written
 */
public record TimeIndexEntry(int device, String name, Instant minute, long epoch, long seqFrom, long seqTo) {
    public boolean counts() {
        return epoch > 0;
    }

    /** How many frames there may be; 0 where that is not known yet. */
    public long estimate() {
        return counts() && seqTo != Long.MAX_VALUE ? seqTo - seqFrom + 1 : 0;
    }
}
