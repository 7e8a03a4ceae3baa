/**
 * Takes frames from Redis' streams and stores each exactly once. Answers nobody: whoever asks reads what is stored.
 */
@NullMarked
package org.perilune.telemetry.ingest;

import org.jspecify.annotations.NullMarked;
