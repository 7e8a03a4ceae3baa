/** What is known of each device: when it was last heard, how far its clock is off, what it lost. */
@NullMarked
package org.perilune.telemetry.device;

import org.jspecify.annotations.NullMarked;
