package org.perilune.contracts;

/**
 * This one message is not kept, and is not to be sent again: there is no room for its topic. The sender's connection and
 * its other messages are none the worse for it. Without a stack trace: it comes in crowds.
 */
public final class MessageRefused extends RuntimeException {
    public MessageRefused(String why) {
        super(why, null, false, false);
    }
}
