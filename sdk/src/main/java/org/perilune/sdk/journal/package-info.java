/**
 * Frames on disk from when they are reported until the ground has stored them. Knows frames as bytes, and nothing of
 * links and commands. What it throws is translated by {@code Device}.
 */
@NullMarked
package org.perilune.sdk.journal;

import org.jspecify.annotations.NullMarked;
