/** Readings of the spacecraft and when they are reported. Changes nothing of the mission but what time does. */
@NullMarked
package org.perilune.lunarmodule.telemetry;

import org.jspecify.annotations.NullMarked;
