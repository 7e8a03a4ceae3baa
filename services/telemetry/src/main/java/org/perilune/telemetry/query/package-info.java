/** Answers questions about stored frames over HTTP: pages, plots, CSV; takes frames that arrive by HTTP. */
@NullMarked
package org.perilune.telemetry.query;

import org.jspecify.annotations.NullMarked;
