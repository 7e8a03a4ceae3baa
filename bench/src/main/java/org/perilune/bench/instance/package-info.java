/** The Perilune that is measured: one that runs, or one of the bench's own. */
@NullMarked
package org.perilune.bench.instance;

import org.jspecify.annotations.NullMarked;
