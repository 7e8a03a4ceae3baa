package org.perilune.embedded.mqtt;

/**
 * What the broker counted since it started.
 *
 * @param connections open now
 * @param taken messages of devices that the handler made durable
 * @param failed messages of devices that the handler could not take: the device was cut off
 * @param slowed times that a device sent faster than it may and was read more slowly
 * @param refusedConnections wrong key, unknown name, foreign client id or will
 * @param refusedPublishes messages to topics that are not the device's to use
 * @param refusedSubscriptions filters that are not the device's to use
 */
public record BrokerCounts(
        long connections,
        long taken,
        long failed,
        long slowed,
        long refusedConnections,
        long refusedPublishes,
        long refusedSubscriptions) {}
