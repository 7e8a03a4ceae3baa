/**
 * What is done when the time comes: commands are launched once by the copy that holds the lease, repetitions planned,\n * predictions taken over, old events removed.
 */
@NullMarked
package org.perilune.timeline.launch;

import org.jspecify.annotations.NullMarked;
