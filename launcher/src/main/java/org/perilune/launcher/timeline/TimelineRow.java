package org.perilune.launcher.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One event of a recorded timeline.
 *
 * @param line of the file, for messages
 * @param elapsed since the mission's start; before it negative
 * @param device null where the file names none
 * @param command null for an event that does nothing
 * @param parameters of the command; an empty object where there are none
 */
record TimelineRow(
        long line,
        Duration elapsed,
        String name,
        @Nullable String device,
        @Nullable String command,
        ObjectNode parameters) {}
