/** Keeps what plots of long ranges read: values of each parameter by minute and hour, made of stored frames. */
@NullMarked
package org.perilune.telemetry.rollup;

import org.jspecify.annotations.NullMarked;
