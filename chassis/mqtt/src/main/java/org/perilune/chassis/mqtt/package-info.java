/** MQTT: where the broker is, and the one way to make a client of it. */
@NullMarked
package org.perilune.chassis.mqtt;

import org.jspecify.annotations.NullMarked;
