/** The benches: load, latency and limits, measured from outside. */
@NullMarked
package org.perilune.bench;

import org.jspecify.annotations.NullMarked;
