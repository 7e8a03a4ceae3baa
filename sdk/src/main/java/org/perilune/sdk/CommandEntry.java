package org.perilune.sdk;

import org.jspecify.annotations.Nullable;
import org.perilune.contracts.v1.Ack;

/**
 * What a device knows of one command.
 *
 * @param command null when it has ended: then only its answer is needed
 * @param ack the newest answer to whoever asks
 * @param keepUntilMicros after which it may be forgotten; 0: it has not ended
 * @param acknowledged whether the ground has taken the final answer
 */
record CommandEntry(@Nullable DeviceCommand command, Ack ack, long keepUntilMicros, boolean acknowledged) {
    boolean ended() {
        return CommandMessage.isFinal(ack.getStage());
    }
}
