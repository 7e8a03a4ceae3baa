/** The way from the MQTT broker into Redis: nothing is acknowledged before Redis has it. */
@NullMarked
package org.perilune.batchrouter;

import org.jspecify.annotations.NullMarked;
