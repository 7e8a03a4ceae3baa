package org.perilune.commanddispatcher.uplink;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.perilune.chassis.runtime.BatchDelay;
import org.perilune.chassis.runtime.DatabaseClock;
import org.perilune.chassis.runtime.WakeupSignal;
import org.perilune.commanddispatcher.lifecycle.Transitions;
import org.perilune.commanddispatcher.verify.LeaderElectedTask;
import org.perilune.commanddispatcher.verify.UplinkMeters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands due commands to the broker and notes what it says, in one copy at a time; ends what is overdue. A command is
 * claimed in the database before it leaves, so that nobody calls it back after that; until the broker has answered and
 * that is noted it is in flight, and not sent again.
 */
final class Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);
    /** Below what the broker lets one client have unanswered, so that none waits in our own client. */
    private static final int MOST_IN_FLIGHT = 900;

    private static final int BATCH = 500;
    private static final int MOST_SET_ASIDE = 2_000;
    private static final int MOST_HINTS = 10_000;
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(3);
    private static final Duration IDLE = Duration.ofMillis(200);

    private final CommandPublisher publisher;
    private final DeliveryNotes notes;
    private final Sweeper sweeper;
    private final UplinkMeters meters;
    private final DatabaseClock clock;
    private final BooleanSupplier deaf;
    private final WakeupSignal work;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Set<String> connected = new HashSet<>(); // guarded by itself

    /** What came of handing a command to the broker. */
    record Answer(Flight flight, DueCommand command, Delivery delivery) {}

    /**
     * @param work raised when there may be something to send
     * @param deaf whether answers may be unread: nothing is then sent again for want of one
     */
    Sender(
            CommandPublisher publisher,
            WakeupSignal work,
            BooleanSupplier deaf,
            Transitions transitions,
            UplinkMeters meters,
            DatabaseClock clock) {
        this.deaf = deaf;
        this.publisher = publisher;
        this.work = work;
        this.notes = new DeliveryNotes(transitions);
        this.sweeper = new Sweeper(transitions, meters);
        this.meters = meters;
        this.clock = clock;
    }

    /** A device says that it is there. Where too many do at once, the rest are found by trying. */
    void connected(String device) {
        synchronized (connected) {
            if (connected.size() < MOST_HINTS) {
                connected.add(device);
            }
        }
        work.raise();
    }

    /** What {@link LeaderElectedTask} runs. */
    void run(Handle handle, BooleanSupplier goOn) throws InterruptedException, SQLException {
        LOG.info("This copy sends commands from now on");
        var flight = new Flight();
        var delay = BatchDelay.ofBatches();
        Instant begun = clock.instant();
        handle.useTransaction(transaction -> DueTable.takeOver(transaction.getConnection(), begun));
        SetAsideTable.waitedFor(handle.getConnection(), begun).forEach(flight.links::waitedFor);
        long nextSweep = System.nanoTime(); // by no clock that anybody can set
        while (goOn.getAsBoolean()) {
            int done = settle(handle, flight);
            takeHints(handle, flight);
            // While nobody knows what time it is, nothing is sent that may be over, or ended that may have time.
            boolean steady = clock.isSteady();
            if (steady) {
                done += send(handle, flight, goOn);
                setAside(handle, flight);
            }
            delay.processed(done < BATCH ? done : 0);
            if (steady && System.nanoTime() - nextSweep >= 0) {
                sweeper.sweep(handle, clock.instant());
                nextSweep = System.nanoTime() + SWEEP.toNanos();
            }
            if (done == 0) {
                work.await(IDLE);
            }
            delay.await();
        }
        long end = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (!flight.commands.isEmpty() && System.nanoTime() - end < 0) {
            work.await(IDLE);
            settle(handle, flight);
        }
    }

    /** What one turn of the lock remembers. */
    static final class Flight {
        final DeviceCircuitBreakers links = new DeviceCircuitBreakers();
        final Set<UUID> commands = new HashSet<>();
        long connection = -1;
        /** A device lost its link, or there was more than a round takes. */
        boolean setAside;

        long nextLook = System.nanoTime();
    }

    /** @return how many were sent */
    private int send(Handle handle, Flight flight, BooleanSupplier goOn) throws SQLException {
        int room = Math.min(BATCH, MOST_IN_FLIGHT - flight.commands.size());
        if (!publisher.isConnected() || room < Math.min(BATCH, MOST_IN_FLIGHT / 4)) {
            return 0;
        }
        long connection = publisher.connection();
        if (flight.connection != connection) {
            if (!flight.commands.isEmpty()) {
                return 0; // what was on the broken connection goes first, once that it failed is noted
            }
            flight.connection = connection;
            flight.links.forget();
        }
        Instant now = clock.instant();
        List<DueCommand> sendable = handle.inTransaction(transaction -> {
            Connection database = transaction.getConnection();
            List<DueCommand> candidates =
                    Candidates.find(database, flight.links, flight.commands, !deaf.getAsBoolean(), now, room);
            if (candidates.isEmpty()) {
                return candidates;
            }
            Set<UUID> claimed = DueTable.claim(database, candidates, now);
            return candidates.stream()
                    .filter(command -> isClaimed(command, claimed, flight.links))
                    .toList();
        });
        if (!sendable.isEmpty() && !goOn.getAsBoolean()) {
            return 0; // stopped since the claim: whoever leads now sends them, or knows that they were called back
        }
        for (DueCommand command : sendable) {
            flight.commands.add(command.id());
            var _ = publisher.publish(command, now).thenAccept(delivery -> {
                answers.add(new Answer(flight, command, delivery));
                work.raise();
            });
        }
        return sendable.size();
    }

    /** At once for devices that were just found to have no link, and now and then for what came since. */
    private void setAside(Handle handle, Flight flight) throws SQLException {
        if (!flight.setAside && System.nanoTime() - flight.nextLook < 0) {
            return;
        }
        Instant now = clock.instant();
        int number = handle.inTransaction(transaction ->
                SetAsideTable.setAside(transaction.getConnection(), flight.links.dark(), now, MOST_SET_ASIDE));
        flight.setAside = number == MOST_SET_ASIDE;
        flight.nextLook = System.nanoTime() + SWEEP.toNanos();
    }

    private static boolean isClaimed(DueCommand command, Set<UUID> claimed, DeviceCircuitBreakers links) {
        if (claimed.contains(command.id())) {
            return true;
        }
        links.uncertain(command.device()); // ended or cancelled meanwhile: it tries nothing
        return false;
    }

    /** @return how many answers were noted */
    private int settle(Handle handle, Flight flight) throws SQLException {
        var batch = new ArrayList<Answer>();
        for (Answer answer = answers.poll(); answer != null; answer = batch.size() < BATCH ? answers.poll() : null) {
            // What is said of an earlier turn may be outdated; what it is about is found due again.
            if (answer.flight == flight) {
                batch.add(answer);
            }
        }
        if (batch.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        handle.useTransaction(transaction -> notes.write(transaction, batch, now));
        for (Answer answer : batch) {
            flight.commands.remove(answer.command.id());
            String device = answer.command.device();
            switch (answer.delivery) {
                case TAKEN -> {
                    flight.links.delivered(device);
                    (answer.command.isFirst() ? meters.sent : meters.sentAgain).increment();
                }
                case NO_LINK, REFUSED -> {
                    meters.withoutLink.increment();
                    flight.setAside = true;
                    if (flight.links.failed(device, now)) {
                        LOG.info("A device has no link; its commands wait [device: {}]", device);
                    }
                }
                case UNCERTAIN -> flight.links.uncertain(device);
            }
        }
        return batch.size();
    }

    private void takeHints(Handle handle, Flight flight) throws SQLException {
        List<String> devices;
        synchronized (connected) {
            devices = List.copyOf(connected);
            connected.clear();
        }
        if (devices.isEmpty()) {
            return;
        }
        devices.forEach(flight.links::connected);
        Instant now = clock.instant();
        handle.useTransaction(transaction -> DueTable.reconnected(transaction.getConnection(), devices, now));
    }
}
