package org.perilune.sdk;

import java.time.Instant;

/**
 * Is told what becomes of commands, in order, on a virtual thread of its own: it may wait, and nothing waits for it. What
 * it throws is logged. When it is more than 10,000 calls behind, further ones are left out. After a restart {@link
 * #received} comes again for every command that had not ended.
 */
public interface CommandListener {
    /** It is on disk, and will be executed unless it expires first. */
    default void received(DeviceCommand command, Instant at) {}

    /** Its execution begins. */
    default void began(DeviceCommand command, Instant at) {}

    /** Its end is on disk. Also called for what was refused at once, without the calls before. */
    default void ended(DeviceCommand command, CommandEnd end) {}
}
