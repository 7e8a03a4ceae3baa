package org.perilune.batchrouter;

/** A message was not taken, and its sender must send it again. Without a stack trace: it comes in crowds. */
final class NotTaken extends RuntimeException {
    NotTaken(String why) {
        super(why, null, false, false);
    }
}
