/** Black-box tests: a running Perilune, spoken to through its public protocols and its command line only. */
@NullMarked
package org.perilune.conformance;

import org.jspecify.annotations.NullMarked;
