package org.perilune.commanddispatcher.lifecycle;

/** What came of a {@link Transition}. */
public enum Outcome {
    APPLIED,
    /** The command had ended before: it is in the history, and changed nothing. */
    LATE,
    /** There is no such command, or it does not go there from where it is; nothing was written. */
    NONE
}
