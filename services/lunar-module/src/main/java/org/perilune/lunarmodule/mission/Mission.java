package org.perilune.lunarmodule.mission;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.perilune.lunarmodule.attitude.Angles;
import org.perilune.lunarmodule.orbit.LunarOrbit;

/** What the flight must not forget, and how it changes: on disk before anybody sees it. Safe for threads. */
public final class Mission {
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
    public record Situation(MissionState state, LunarOrbit orbit) {
        public double elapsed(Instant now) {
            return state.time().elapsed(now);
        }

        public Instant instantOf(double elapsed) {
            return state.time().instantOf(elapsed);
        }

        public Angles commanded(double elapsed) {
            return state.attitude().at(elapsed);
        }
    }

    /** A change of the state; it may refuse. */
    @FunctionalInterface
    public interface Change<E extends Exception> {
        MissionState apply(Situation before, double elapsed) throws E;
    }

    private Mission(MissionFile file, MissionState state, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.situation = new Situation(state, new LunarOrbit(state.trajectory().elements()));
    }

    /**
     * How a mission goes that nothing else is known of.
     *
     * @param orbitPeriod of one revolution before any manoeuvre, simulated time
     * @param firstLossAfter simulated time from the first start until the first loss of signal
     * @param timeScale simulated seconds in a real one
     */
    public record Plan(Duration orbitPeriod, Duration firstLossAfter, double timeScale) {}

    /** Goes on where the file, or else the database, says that the mission was; or begins it. */
    public static Mission open(MissionFile file, MissionStore store, Plan plan, Clock clock) {
        double period = MissionState.seconds(plan.orbitPeriod());
        MissionState state = file.read(period)
                .or(() -> store.readIfThere(period))
                .orElseGet(() -> MissionState.first(
                        plan.orbitPeriod(), clock.instant(), plan.timeScale(), plan.firstLossAfter()))
                .under(plan.orbitPeriod(), clock.instant(), plan.timeScale());
        file.write(state);
        return new Mission(file, state, clock);
    }

    public Situation now() {
        return situation;
    }

    /** Is called after every change, and must return at once. */
    public void onChange(Runnable follower) {
        followers.add(follower);
    }

    /**
     * Changes the state; it is on disk when this returns, or nothing has changed.
     *
     * @return what is so now
     * @throws java.io.UncheckedIOException if the disk failed
     */
    public <E extends Exception> Situation change(Change<E> change) throws E {
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
    public boolean await(Predicate<MissionState> wanted, Duration atMost) throws InterruptedException {
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
