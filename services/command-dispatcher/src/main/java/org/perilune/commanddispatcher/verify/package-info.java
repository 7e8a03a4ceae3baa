/** Compares what telemetry shows with what a command was to bring about. Sends nothing. */
@NullMarked
package org.perilune.commanddispatcher.verify;

import org.jspecify.annotations.NullMarked;
