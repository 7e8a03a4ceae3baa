/** Reads a table of events and puts them on the timeline. */
@NullMarked
package org.perilune.launcher.timeline;

import org.jspecify.annotations.NullMarked;
