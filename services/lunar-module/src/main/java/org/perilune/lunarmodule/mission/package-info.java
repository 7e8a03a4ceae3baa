/**
 * What the flight must not forget, on disk and in PostgreSQL, and what follows from it for the future. Knows nothing of
 * commands and readings, which change and show it.
 */
@NullMarked
package org.perilune.lunarmodule.mission;

import org.jspecify.annotations.NullMarked;
