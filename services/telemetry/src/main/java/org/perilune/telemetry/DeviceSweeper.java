package org.perilune.telemetry;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.perilune.chassis.SqlFailures;
import org.perilune.chassis.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once a second whether a device's state has changed, and tells followers. */
final class DeviceSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceSweeper.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final DeviceQueries devices;
    private final LiveTail live;
    private final Map<String, DeviceQueries.Standing> told = new HashMap<>(); // of the sweeping thread
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private DeviceSweeper(DeviceQueries devices, LiveTail live) {
        this.devices = devices;
        this.live = live;
        this.thread = Threads.start("telemetry-sweeper", this::run);
    }

    static DeviceSweeper open(DeviceQueries devices, LiveTail live) {
        return new DeviceSweeper(devices, live);
    }

    private void run() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                sweep();
            }
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        try {
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
        } catch (RuntimeException failure) {
            if (!SqlFailures.isAway(failure)) {
                LOG.error("Device states could not be looked at; trying again", failure);
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }
}
