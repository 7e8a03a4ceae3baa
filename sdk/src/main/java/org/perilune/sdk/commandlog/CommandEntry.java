package org.perilune.sdk.commandlog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;
import org.perilune.contracts.v1.Command;
import org.perilune.contracts.v1.Stage;

/**
 * What a device knows of one command.
 *
 * @param message null when it has ended: then only its answer is needed
 * @param receivedMicros by the device's clock; 0 when it has ended
 * @param ack the newest answer to whoever asks
 * @param keepUntilMicros after which it may be forgotten; 0: it has not ended
 * @param acknowledged whether the ground has taken the final answer
 */
public record CommandEntry(
        @Nullable Command message, long receivedMicros, Ack ack, long keepUntilMicros, boolean acknowledged) {

    public boolean ended() {
        return keepUntilMicros != 0;
    }

    /** Nobody waits for anything of it. */
    boolean settled() {
        return ended() && acknowledged;
    }

    /** The fewest records that say all of it. */
    List<CommandRecord> records() {
        var records = new ArrayList<CommandRecord>(2);
        if (message == null) {
            records.add(CommandRecord.ended(ack, keepUntilMicros));
            if (acknowledged) {
                records.add(CommandRecord.acknowledged(ack.getId()));
            }
            return records;
        }
        records.add(CommandRecord.received(message, receivedMicros));
        if (ack.getStage() == Stage.STAGE_EXECUTING) {
            records.add(CommandRecord.begun(ack.getId(), ack.getTimeMicros()));
        }
        return records;
    }

    /** What it takes of the disk when nothing is left that later records have overtaken. */
    long bytes() {
        int id = CommandRecord.OVERHEAD_BYTES + ack.getId().length();
        if (message == null) {
            return (long) CommandRecord.OVERHEAD_BYTES + ack.getSerializedSize() + (acknowledged ? id : 0);
        }
        return (long) CommandRecord.OVERHEAD_BYTES + message.getSerializedSize() + id;
    }
}
