/** Spans: what a request, a frame or an event went through, and how long each step took. */
@NullMarked
package org.perilune.chassis.tracing;

import org.jspecify.annotations.NullMarked;
