/**
 * Frames and what is known of each device, as PostgreSQL keeps them: writes batches, reads ranges. Knows no stream, no HTTP
 * and no other package of this service.
 */
@NullMarked
package org.perilune.telemetry.store;

import org.jspecify.annotations.NullMarked;
