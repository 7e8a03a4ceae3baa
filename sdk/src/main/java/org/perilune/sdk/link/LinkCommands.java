package org.perilune.sdk.link;

import java.util.OptionalLong;
import org.perilune.contracts.v1.Ack;

/** Who takes the commands that come over a link, and answers them. */
public interface LinkCommands {
    /**
     * Takes a command; must not wait.
     *
     * @param lifetimeSeconds how long it may still wait, from now on; empty: not said
     */
    void take(byte[] payload, OptionalLong lifetimeSeconds);

    /** What is to be sent. */
    AckOutbox outbox();

    /** After a connect: puts whatever the ground may not know into the outbox. */
    void acknowledgeAgain();

    /** The broker has taken it. */
    void acknowledged(Ack ack);
}
