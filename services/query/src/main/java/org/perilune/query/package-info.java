/** The flight log to read: its own model of it, built from events alone. */
@NullMarked
package org.perilune.query;

import org.jspecify.annotations.NullMarked;
