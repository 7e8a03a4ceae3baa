package org.perilune.lunarmodule;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.perilune.chassis.Threads;
import org.perilune.sdk.Device;
import org.perilune.sdk.JournalFailedException;
import org.perilune.sdk.JournalFullException;
import org.perilune.sdk.SilenceWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flies: reports at an interval, and cuts the link while the Moon is in between. Safe for threads. */
final class Flight implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    private final LunarOrbit orbit;
    private final MissionTime mission;
    private final Duration interval;
    private final Clock clock;
    private final Device device;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Guards the systems, which the loop and {@link #report} both advance. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Systems systems;

    /** The loop's own. */
    private boolean link;

    private boolean reporting = true;

    /** What {@code GET /state} answers. Lost and acquired: the next after now, real time. */
    record Report(
            @JsonProperty("vehicle") VehicleState vehicle,
            @JsonProperty("orbit") OrbitElements orbit,
            @JsonProperty("time_scale") double timeScale,
            @JsonProperty("next_loss_of_signal") Instant nextLoss,
            @JsonProperty("next_acquisition_of_signal") Instant nextAcquisition,
            @JsonProperty("connected") boolean connected,
            @JsonProperty("frames_on_board") long framesOnBoard) {}

    record OrbitElements(
            @JsonProperty("period_s") double periodSeconds,
            @JsonProperty("semi_major_axis_km") double semiMajorAxisKilometres,
            @JsonProperty("eccentricity") double eccentricity) {}

    private Flight(LunarOrbit orbit, MissionTime mission, Duration interval, Clock clock, Device device) {
        this.orbit = orbit;
        this.mission = mission;
        this.interval = interval;
        this.clock = clock;
        this.device = device;
        double elapsed = mission.elapsed(clock.instant());
        this.systems = new Systems(orbit, elapsed);
        this.link = orbit.seesEarth(elapsed);
        this.thread = Threads.start("lunar-module-flight", this::fly);
    }

    /** Takes over the device, which its opener closes. */
    static Flight start(LunarOrbit orbit, MissionTime mission, Duration interval, Clock clock, Device device) {
        return new Flight(orbit, mission, interval, clock, device);
    }

    /** The present silence, or the next, in real time. */
    static SilenceWindow silence(LunarOrbit orbit, MissionTime mission, Instant now) {
        double elapsed = mission.elapsed(now);
        // Behind the Moon the loss lies in the past: at most one revolution back there is a view, and then a loss.
        double loss = orbit.seesEarth(elapsed)
                ? orbit.next(elapsed, false)
                : orbit.next(orbit.next(elapsed - orbit.periodSeconds(), true), false);
        return new SilenceWindow(mission.instantOf(loss), mission.instantOf(orbit.next(loss, true)));
    }

    private void fly() {
        long nextReport = System.nanoTime();
        if (!link) {
            device.linkDown();
        }
        try {
            do {
                Instant now = clock.instant();
                boolean sees = orbit.seesEarth(mission.elapsed(now));
                if (sees && !link) {
                    acquire(now);
                }
                if (!sees && link) {
                    lose();
                }
                if (System.nanoTime() - nextReport >= 0) {
                    report(now);
                    nextReport = Math.max(nextReport + interval.toNanos(), System.nanoTime() - interval.toNanos());
                }
            } while (!closing.await(nanosToNext(nextReport), TimeUnit.NANOSECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long nanosToNext(long nextReport) {
        Instant now = clock.instant();
        double elapsed = mission.elapsed(now);
        double turn = orbit.next(elapsed, !link);
        long toTurn = Math.max(0, Duration.between(now, mission.instantOf(turn)).toNanos());
        return Math.min(toTurn, nextReport - System.nanoTime());
    }

    private void acquire(Instant now) {
        link = true;
        LOG.info("Acquisition of signal [frames on board: {}]", device.status().unsettledFrames());
        device.describe(TelemetryFormat.description(interval, silence(orbit, mission, now)));
        device.linkUp();
    }

    private void lose() {
        link = false;
        LOG.info("Loss of signal: behind the Moon");
        device.linkDown();
    }

    private void report(Instant now) {
        try {
            device.report(TelemetryFormat.reading(state(now)));
            reporting = true;
        } catch (JournalFullException | JournalFailedException failure) {
            // Refusals are counted by the device; the log hears of the first.
            if (reporting) {
                LOG.error("Readings are refused", failure);
            }
            reporting = false;
        }
    }

    private VehicleState state(Instant now) {
        double elapsed = mission.elapsed(now);
        lock.lock();
        try {
            systems.advanceTo(elapsed);
            return VehicleState.of(now, elapsed, orbit, systems);
        } finally {
            lock.unlock();
        }
    }

    Report report() {
        Instant now = clock.instant();
        double elapsed = mission.elapsed(now);
        var status = device.status();
        return new Report(
                state(now),
                new OrbitElements(orbit.periodSeconds(), orbit.semiMajorAxis() / 1_000, LunarOrbit.ECCENTRICITY),
                mission.scale(),
                mission.instantOf(orbit.next(elapsed, false)),
                mission.instantOf(orbit.next(elapsed, true)),
                status.connected(),
                status.unsettledFrames());
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
