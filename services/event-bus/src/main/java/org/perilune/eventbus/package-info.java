/** The log of all events, and the way to the bus over HTTP. */
@NullMarked
package org.perilune.eventbus;

import org.jspecify.annotations.NullMarked;
