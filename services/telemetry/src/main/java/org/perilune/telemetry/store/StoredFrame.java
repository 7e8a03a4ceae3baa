package org.perilune.telemetry.store;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Frame;

/** A row of {@code frame}. */
public record StoredFrame(
        int device,
        long epoch,
        long seq,
        Instant time,
        Instant received,
        @Nullable UUID trace,
        byte[] payload) {

    /** The frame that the device sent; it was decoded once before it was stored. */
    public Frame decode() {
        try {
            return Frame.parseFrom(payload);
        } catch (InvalidProtocolBufferException failure) {
            throw new IllegalStateException("A stored frame cannot be decoded", failure);
        }
    }
}
