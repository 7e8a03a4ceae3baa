/** The durable end of the downlink: streams in, PostgreSQL rows out, and what asks for them. */
@NullMarked
package org.perilune.telemetry;

import org.jspecify.annotations.NullMarked;
