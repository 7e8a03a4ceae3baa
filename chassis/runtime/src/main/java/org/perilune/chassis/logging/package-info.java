/** Where log events go, and how they are written. Processes choose; services only log. */
@NullMarked
package org.perilune.chassis.logging;

import org.jspecify.annotations.NullMarked;
