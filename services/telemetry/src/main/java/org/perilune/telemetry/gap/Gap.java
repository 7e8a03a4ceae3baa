package org.perilune.telemetry.gap;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Frames of one epoch that are missing, all in a window of its seqs.
 *
 * @param missing how many when it was told
 * @param since the device's time of the last frame before; null where there is none
 */
record Gap(
        UUID id,
        int deviceId,
        String device,
        long epoch,
        long seqFrom,
        long seqTo,
        long missing,
        @Nullable Instant since) {}
