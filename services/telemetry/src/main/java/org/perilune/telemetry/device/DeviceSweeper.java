package org.perilune.telemetry.device;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.perilune.chassis.runtime.Loop;
import org.perilune.telemetry.live.LiveTail;

/** Looks once a second whether a device's state has changed, and tells followers. */
public final class DeviceSweeper implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final DeviceQueries devices;
    private final LiveTail live;
    private final Map<String, DeviceQueries.Standing> told = new HashMap<>(); // of the sweeping thread
    private final Loop loop;

    private DeviceSweeper(DeviceQueries devices, LiveTail live, Loop.Gate schema) {
        this.devices = devices;
        this.live = live;
        this.loop = Loop.start("telemetry-sweeper", schema, this::sweep);
    }

    /** @param schema passes when the tables are there */
    public static DeviceSweeper open(DeviceQueries devices, LiveTail live, Loop.Gate schema) {
        return new DeviceSweeper(devices, live, schema);
    }

    private Duration sweep() {
        for (Map.Entry<String, DeviceQueries.Standing> device :
                devices.standings().entrySet()) {
            String name = device.getKey();
            DeviceQueries.Standing before = told.get(name);
            if (before != null && !before.equals(device.getValue()) && live.isFollowed()) {
                live.state(name, devices.one(name));
            }
            // After telling: what fails is told the next time.
            told.put(name, device.getValue());
        }
        return PERIOD;
    }

    @Override
    public void close() {
        loop.close();
    }
}
