/** The MQTT broker: who connects, what they may, at which rate, and what is handed to the batch router. */
@NullMarked
package org.perilune.embedded.mqtt;

import org.jspecify.annotations.NullMarked;
