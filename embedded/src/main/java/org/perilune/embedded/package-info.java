/** The launch pad: PostgreSQL, Redis and an MQTT broker for running everything on one machine. */
@NullMarked
package org.perilune.embedded;

import org.jspecify.annotations.NullMarked;
