package org.perilune.sdk.link;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a device reaches its broker; see {@code DeviceConfig}, which checks it.
 *
 * @param name of the device, its MQTT user name and client identifier
 * @param key its password
 * @param tls null where the link is plain
 */
public record LinkConfig(
        String name,
        byte[] key,
        String host,
        int port,
        Duration keepAlive,
        Duration backoffMin,
        Duration backoffMax,
        Duration resendAfter,
        Duration answerTimeout,
        @Nullable LinkTls tls) {}
