package org.perilune.batchrouter;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.perilune.contracts.MessageRefused;

/**
 * One message on its way into Redis.
 *
 * @param client who published it, as the broker authenticated it; empty where that cannot be told
 * @param taken {@link System#nanoTime} when it came
 * @param done completes when Redis has it
 */
record Message(
        String client,
        String topic,
        byte[] payload,
        @Nullable String traceparent,
        long receivedMicros,
        long taken,
        CompletableFuture<Void> done) {
    /** Its sender is told that it will not be kept. */
    void refuseForGood(String why) {
        done.completeExceptionally(new MessageRefused(why));
    }

    /** Its sender must send it again. */
    void refuse(String why) {
        done.completeExceptionally(new NotTaken(why));
    }
}
