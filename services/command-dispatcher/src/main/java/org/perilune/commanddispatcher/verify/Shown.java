package org.perilune.commanddispatcher.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * What telemetry shows of a device at one instant of the device's clock.
 *
 * @param values by name
 */
record Shown(String device, Instant time, JsonNode values) {}
