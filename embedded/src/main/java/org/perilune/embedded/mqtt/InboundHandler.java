package org.perilune.embedded.mqtt;

import java.util.concurrent.CompletionStage;

/** Takes what devices publish before the broker acknowledges it. */
@FunctionalInterface
public interface InboundHandler {
    /**
     * Called on the broker's network threads, for one client in the order of its messages: must not block.
     *
     * @return completes once the message is durable, and only then the device is told so; completes exceptionally
     *     where it could not be kept: the device is cut off without an acknowledgement and sends again; but with {@link
     *     org.perilune.contracts.MessageRefused} this message alone is refused. May complete
     *     on any thread; acknowledgements leave in the order in which the messages came.
     */
    CompletionStage<Void> take(InboundMessage message);

    /**
     * A device sends faster than it may and is read more slowly from now on. Called on the broker's network threads: must
     * not block.
     */
    default void slowed(String device) {}
}
