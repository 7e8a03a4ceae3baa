package org.perilune.commanddispatcher.uplink;

/** What the broker said of a command that was handed to it. */
enum Delivery {
    /** The device's connection, or its lasting session, has it. */
    TAKEN,
    /** The device has neither. */
    NO_LINK,
    /** The broker will not have it. */
    REFUSED,
    /** There was no answer: the device may have it or not. */
    UNCERTAIN
}
