/**
 * Follows the streams for those who watch, each bounded by itself. Stores nothing, and slows nobody down who stores.
 */
@NullMarked
package org.perilune.telemetry.live;

import org.jspecify.annotations.NullMarked;
