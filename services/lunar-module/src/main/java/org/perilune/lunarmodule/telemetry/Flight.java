package org.perilune.lunarmodule.telemetry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.runtime.Threads;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.lunarmodule.mission.Mission;
import org.perilune.lunarmodule.mission.Mission.Situation;
import org.perilune.lunarmodule.mission.MissionState;
import org.perilune.lunarmodule.orbit.LunarOrbit;
import org.perilune.lunarmodule.orbit.OrbitElements;
import org.perilune.sdk.Device;
import org.perilune.sdk.DeviceDescription;
import org.perilune.sdk.JournalFailedException;
import org.perilune.sdk.JournalFullException;
import org.perilune.sdk.SilenceWindow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flies: reports at an interval, and cuts the link while the Moon is in between. Safe for threads. */
public final class Flight implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    /** A change of view is found to a tenth of it. */
    private static final long SHORTEST_WAIT_NANOS = 1_000_000;

    private final Mission mission;
    private final Duration configuredInterval;
    private final Clock clock;
    private final Device device;
    private final WakeupSignal wake = new WakeupSignal();
    private final Thread thread;
    private volatile boolean closing;

    /** Guards the systems, which the loop and {@link #report} both advance. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Systems systems;

    private volatile boolean reporting = true;

    /** A reading is wanted out of turn. */
    private volatile boolean asked;

    // What follows is the loop's own.
    private boolean link;
    private Situation described;

    /** When the view changes, a turn is over, or it is time to look for that again. */
    private Instant lookAgain;

    /** What {@code GET /state} answers. Lost and acquired: the next after now, real time; null: none in sight. */
    record Report(
            @JsonProperty("vehicle") VehicleState vehicle,
            @JsonProperty("orbit") OrbitElements orbit,
            @JsonProperty("time_scale") double timeScale,
            @JsonProperty("report_interval_s") double reportIntervalSeconds,
            @JsonProperty("next_loss_of_signal") @Nullable Instant nextLoss,

            @JsonProperty("next_acquisition_of_signal") @Nullable
            Instant nextAcquisition,

            @JsonProperty("connected") boolean connected,
            @JsonProperty("frames_on_board") long framesOnBoard) {}

    private Flight(Mission mission, Situation described, Duration configuredInterval, Clock clock, Device device) {
        this.mission = mission;
        this.described = described;
        this.configuredInterval = configuredInterval;
        this.clock = clock;
        this.device = device;
        double elapsed = described.elapsed(clock.instant());
        this.systems = new Systems(described.orbit(), elapsed);
        this.link = described.orbit().seesEarth(elapsed);
        this.lookAgain = nextLook(described, elapsed);
        mission.onChange(wake::raise);
        this.thread = Threads.start("lunar-module-flight", this::fly);
    }

    /**
     * Takes over the device, which its opener closes.
     *
     * @param described what the device was opened with
     */
    public static Flight start(Mission mission, Situation described, Duration interval, Clock clock, Device device) {
        return new Flight(mission, described, interval, clock, device);
    }

    /** The present silence, or the next, in real time; null: none in sight. */
    public static @Nullable SilenceWindow silence(Situation situation, Instant now) {
        LunarOrbit orbit = situation.orbit();
        double elapsed = situation.elapsed(now);
        OptionalDouble loss = orbit.seesEarth(elapsed) ? orbit.next(elapsed, false) : OptionalDouble.of(elapsed);
        if (loss.isEmpty()) {
            return null;
        }
        OptionalDouble back = orbit.next(loss.getAsDouble(), true);
        if (back.isEmpty()) {
            return null;
        }
        return new SilenceWindow(situation.instantOf(loss.getAsDouble()), situation.instantOf(back.getAsDouble()));
    }

    public static DeviceDescription description(Situation situation, Duration configuredInterval, Instant now) {
        MissionState state = situation.state();
        return TelemetryFormat.description(
                state.reportInterval(configuredInterval),
                state.attitude().settledBy(situation.elapsed(now)),
                silence(situation, now));
    }

    private void fly() {
        long nextReport = System.nanoTime();
        if (!link) {
            device.linkDown();
        }
        try {
            while (!closing) {
                boolean extra = asked;
                asked = false;
                Instant now = clock.instant();
                Situation situation = mission.now();
                boolean news = !situation.state().equals(described.state());
                if (news || !now.isBefore(lookAgain)) {
                    follow(situation, now, news);
                }
                Duration interval = situation.state().reportInterval(configuredInterval);
                if (news || System.nanoTime() - nextReport >= 0) {
                    report(now);
                    long due = news ? System.nanoTime() : nextReport;
                    nextReport = Math.max(due + interval.toNanos(), System.nanoTime() - interval.toNanos());
                } else if (extra) {
                    report(now);
                }
                wake.await(Duration.ofNanos(nanosToNext(nextReport)));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long nanosToNext(long nextReport) {
        long toTurn = Duration.between(clock.instant(), lookAgain).toNanos();
        return Math.min(Math.max(SHORTEST_WAIT_NANOS, toTurn), nextReport - System.nanoTime());
    }

    /** After a command, or when the view may have changed: sets the link, says what is new, and when to look again. */
    private void follow(Situation situation, Instant now, boolean news) {
        double elapsed = situation.elapsed(now);
        boolean sees = situation.orbit().seesEarth(elapsed);
        if (sees || news) {
            device.describe(description(situation, configuredInterval, now));
            described = situation;
        }
        if (sees && !link) {
            LOG.info(
                    "Acquisition of signal [frames on board: {}]",
                    device.status().unsettledFrames());
            device.linkUp();
        }
        if (!sees && link) {
            LOG.info("Loss of signal: behind the Moon");
            device.linkDown();
        }
        link = sees;
        lookAgain = nextLook(situation, elapsed);
    }

    private static Instant nextLook(Situation situation, double elapsed) {
        LunarOrbit orbit = situation.orbit();
        double turn = orbit.next(elapsed, !orbit.seesEarth(elapsed)).orElse(elapsed + orbit.periodSeconds() / 2);
        double turned = situation.state().attitude().reachedAt();
        return situation.instantOf(turned > elapsed ? Math.min(turn, turned) : turn);
    }

    /** Takes a reading out of turn, on board when this returns. */
    public void reportNow() {
        report(clock.instant());
    }

    /** Takes a reading out of turn, at once, and does not wait for it. */
    public void reportSoon() {
        asked = true;
        wake.raise();
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
        lock.lock();
        try {
            Situation situation = mission.now();
            systems.follow(situation.orbit());
            systems.advanceTo(situation.elapsed(now));
            return VehicleState.of(now, situation, systems);
        } finally {
            lock.unlock();
        }
    }

    public Report report() {
        Instant now = clock.instant();
        Situation situation = mission.now();
        double elapsed = situation.elapsed(now);
        MissionState state = situation.state();
        var status = device.status();
        return new Report(
                state(now),
                OrbitElements.of(state.trajectory()),
                state.time().scale(),
                MissionState.seconds(state.reportInterval(configuredInterval)),
                instant(situation, situation.orbit().next(elapsed, false)),
                instant(situation, situation.orbit().next(elapsed, true)),
                status.connected(),
                status.unsettledFrames());
    }

    private static @Nullable Instant instant(Situation situation, OptionalDouble elapsed) {
        return elapsed.isPresent() ? situation.instantOf(elapsed.getAsDouble()) : null;
    }

    @Override
    public void close() {
        closing = true;
        wake.raise();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
