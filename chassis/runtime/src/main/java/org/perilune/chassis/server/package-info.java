/** One service as a process, from its settings to its end. */
@NullMarked
package org.perilune.chassis.server;

import org.jspecify.annotations.NullMarked;
