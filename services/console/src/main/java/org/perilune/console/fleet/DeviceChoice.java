package org.perilune.console.fleet;

import java.util.List;
import java.util.Optional;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.console.upstream.Shared;

/** A device that can be chosen in a form. */
public record DeviceChoice(String name, String type) {
    /** Empty when telemetry is away. */
    public static List<DeviceChoice> of(Shared<List<Device>> fleet, String token) {
        try {
            return fleet.recent(token).stream()
                    .map(device -> new DeviceChoice(
                            device.name(), Optional.ofNullable(device.type()).orElse("")))
                    .toList();
        } catch (ServiceException.Unavailable away) {
            return List.of();
        }
    }
}
