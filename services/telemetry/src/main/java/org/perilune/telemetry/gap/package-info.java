/**
 * Finds frames that are missing and tells of them by events. Reads what the ingest stored, and changes none of it.
 */
@NullMarked
package org.perilune.telemetry.gap;

import org.jspecify.annotations.NullMarked;
