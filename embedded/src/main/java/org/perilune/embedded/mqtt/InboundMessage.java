package org.perilune.embedded.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * What a device published.
 *
 * @param client the device, as the broker authenticated it
 * @param payload must not be changed: it is not a copy
 * @param traceparent the MQTT 5 user property of that name
 */
public record InboundMessage(
        String client,
        String topic,
        byte[] payload,
        @Nullable String traceparent) {}
