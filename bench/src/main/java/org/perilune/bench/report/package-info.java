/** Figures, what they must be, and the table that shows them. Measures nothing and knows no Perilune. */
@NullMarked
package org.perilune.bench.report;

import org.jspecify.annotations.NullMarked;
