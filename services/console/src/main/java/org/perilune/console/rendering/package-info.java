/** Writes pages: the frame, templates, assets, how values read, what is said of failures. Asks no service. */
@NullMarked
package org.perilune.console.rendering;

import org.jspecify.annotations.NullMarked;
