package org.perilune.lunarmodule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** What the flight must not forget, and how it changes: on disk before anybody sees it. Safe for threads. */
final class Mission {
    private final MissionFile file;
    private final Clock clock;
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();

    /**
     * Makes changes follow each other. It is held while the disk writes, against the rule: a change may only be built
     * on one that is kept.
     */
    private final ReentrantLock changing = new ReentrantLock();

    private final Condition changed = changing.newCondition();
    private volatile Situation situation;

    /** The state, and the orbit that follows from it. */
    record Situation(MissionState state, LunarOrbit orbit) {
        double elapsed(Instant now) {
            return state.time().elapsed(now);
        }

        Instant instantOf(double elapsed) {
            return state.time().instantOf(elapsed);
        }

        Angles commanded(double elapsed) {
            return state.attitude().at(elapsed);
        }
    }

    /** A change of the state; it may refuse. */
    @FunctionalInterface
    interface Change<E extends Exception> {
        MissionState apply(Situation before, double elapsed) throws E;
    }

    private Mission(MissionFile file, MissionState state, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.situation = new Situation(state, new LunarOrbit(state.trajectory().elements()));
    }

    /** Goes on where the file, or else the database, says that the mission was; or begins it. */
    static Mission open(LunarModuleConfig config, MissionStore store, Clock clock) {
        var file = new MissionFile(config.journal());
        double period = MissionState.seconds(config.orbitPeriod());
        MissionState state = file.read(period)
                .or(() -> store.readIfThere(period))
                .orElseGet(() -> MissionState.first(
                        config.orbitPeriod(), clock.instant(), config.timeScale(), config.firstLossAfter()))
                .under(config.orbitPeriod(), clock.instant(), config.timeScale());
        file.write(state);
        return new Mission(file, state, clock);
    }

    Situation now() {
        return situation;
    }

    /** Is called after every change, and must return at once. */
    void onChange(Runnable follower) {
        followers.add(follower);
    }

    /**
     * Changes the state; it is on disk when this returns, or nothing has changed.
     *
     * @return what is so now
     * @throws java.io.UncheckedIOException if the disk failed
     */
    <E extends Exception> Situation change(Change<E> change) throws E {
        Situation after;
        changing.lock();
        try {
            Situation before = situation;
            MissionState state = change.apply(before, before.elapsed(clock.instant()));
            if (state.equals(before.state())) {
                return before;
            }
            file.write(state);
            LunarOrbit orbit = before.orbit();
            if (!state.trajectory().elements().equals(orbit.elements())) {
                orbit = new LunarOrbit(state.trajectory().elements());
            }
            after = new Situation(state, orbit);
            situation = after;
            changed.signalAll();
        } finally {
            changing.unlock();
        }
        followers.forEach(Runnable::run);
        return after;
    }

    /** Waits until the state is as wanted; false if it was not in time. */
    boolean await(Predicate<MissionState> wanted, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        changing.lockInterruptibly();
        try {
            while (!wanted.test(situation.state())) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            changing.unlock();
        }
    }
}
