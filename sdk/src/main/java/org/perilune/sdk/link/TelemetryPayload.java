package org.perilune.sdk.link;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.perilune.contracts.v1.Telemetry;
import org.perilune.sdk.journal.Journal;

/** A Telemetry message around frames that are encoded already. */
final class TelemetryPayload {
    private TelemetryPayload() {}

    static byte[] of(Journal.Batch batch) {
        int size = CodedOutputStream.computeSFixed64Size(Telemetry.EPOCH_FIELD_NUMBER, batch.epoch());
        for (byte[] frame : batch.frames()) {
            size += CodedOutputStream.computeByteArraySize(Telemetry.FRAMES_FIELD_NUMBER, frame);
        }
        var payload = new byte[size];
        var output = CodedOutputStream.newInstance(payload);
        try {
            output.writeSFixed64(Telemetry.EPOCH_FIELD_NUMBER, batch.epoch());
            for (byte[] frame : batch.frames()) {
                output.writeByteArray(Telemetry.FRAMES_FIELD_NUMBER, frame);
            }
            output.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return payload;
    }
}
