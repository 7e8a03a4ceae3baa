package org.perilune.sdk;

import org.jspecify.annotations.Nullable;

/**
 * How a device stands with its commands.
 *
 * @param waiting commands that came and have not ended
 * @param executed commands that came to an end by being executed, in this start
 * @param repeated commands that came again and were answered from the record, in this start
 * @param malformed commands that made no sense, in this start
 * @param dropped commands left for the ground to send again, since too many waited or the log takes none, in this start
 * @param logBytes what is remembered of commands
 * @param failure why no command is executed any more, or null; only a device opened anew can go on
 */
public record CommandStatus(
        int waiting,
        long executed,
        long repeated,
        long malformed,
        long dropped,
        long logBytes,
        @Nullable String failure) {}
