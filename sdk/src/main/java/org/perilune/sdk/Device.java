package org.perilune.sdk;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.perilune.sdk.journal.Journal;
import org.perilune.sdk.journal.JournalAccessException;
import org.perilune.sdk.journal.JournalSpaceException;
import org.perilune.sdk.link.DeviceLink;
import org.perilune.sdk.link.LinkStatus;

/**
 * A device: takes readings into a journal on disk, and sends them to the ground whenever there is a link, until the
 * ground has said that they are stored. Safe for use by several threads.
 */
public final class Device implements AutoCloseable {
    private static final int MAX_READINGS_PER_APPEND = 1_000;

    private final Journal journal;
    private final CommandReceiver commands;
    private final DeviceLink link;
    private final LongAdder refused = new LongAdder();

    private Device(Journal journal, CommandReceiver commands, DeviceLink link) {
        this.journal = journal;
        this.commands = commands;
        this.link = link;
    }

    /**
     * Opens the journal, begins a new epoch and starts to connect; does not wait for a connection, and goes on trying
     * for ever.
     *
     * @param clock names the first epoch of an empty journal
     * @throws JournalFailedException if the journal's folder cannot be used, or another device has it
     */
    public static Device open(DeviceConfig config, DeviceDescription description, Clock clock) {
        return open(config, description, clock, new NoCommands());
    }

    /**
     * As {@link #open(DeviceConfig, DeviceDescription, Clock)}, for a device that takes commands. What an earlier start
     * left is dealt with first: what was not begun is executed if it has not expired, what was interrupted ends as
     * unknown, unless it is repeatable.
     *
     * @param clock also judges what has expired, and dates acknowledgements
     */
    public static Device open(DeviceConfig config, DeviceDescription description, Clock clock, CommandHandler handler) {
        return open(config, description, clock, handler, new CommandListener() {});
    }

    /** As {@link #open(DeviceConfig, DeviceDescription, Clock, CommandHandler)}, for whoever mirrors its commands. */
    public static Device open(
            DeviceConfig config,
            DeviceDescription description,
            Clock clock,
            CommandHandler handler,
            CommandListener listener) {
        var journal = translated(() -> Journal.open(config.journal(), config.journalLimitBytes(), clock));
        var commands = new CommandReceiver(config, handler, listener, clock);
        commands.start();
        var link = new DeviceLink(config.link(), description::toMessage, journal, commands);
        link.start();
        return new Device(journal, commands, link);
    }

    /**
     * Keeps a reading. When this returns it is on disk, and will be stored on the ground exactly once.
     *
     * @return its seq in this epoch
     * @throws JournalFullException if there is no room: what is older is kept, this reading is refused and counted
     * @throws JournalFailedException if the disk failed; only a device opened anew can go on
     */
    public long report(Reading reading) {
        return append(List.of(reading.toFrameBody()), new long[] {journal.bookmark()});
    }

    /**
     * Keeps many readings at little more than the price of one. Those before a failure are kept.
     *
     * @return the seq of the last one
     * @throws JournalFullException as {@link #report}
     * @throws JournalFailedException as {@link #report}
     */
    public long reportAll(List<Reading> readings) {
        long bookmark = journal.bookmark();
        return reportMarked(readings.stream()
                .map(reading -> new MarkedReading(reading, bookmark))
                .toList());
    }

    /** As {@link #reportAll}, and keeps a number of the caller's own with each; see {@link #bookmark}. */
    public long reportMarked(List<MarkedReading> readings) {
        long last = journal.lastSeq();
        for (int from = 0; from < readings.size(); from += MAX_READINGS_PER_APPEND) {
            var part = readings.subList(from, Math.min(readings.size(), from + MAX_READINGS_PER_APPEND));
            var bodies = new ArrayList<byte[]>(part.size());
            part.forEach(marked -> bodies.add(marked.reading().toFrameBody()));
            last = append(
                    bodies, part.stream().mapToLong(MarkedReading::bookmark).toArray());
        }
        return last;
    }

    private long append(List<byte[]> bodies, long[] bookmarks) {
        try {
            return translated(() -> journal.append(bodies, bookmarks));
        } catch (JournalFullException full) {
            refused.add(bodies.size());
            throw full;
        }
    }

    /** The number kept with the newest reading in the journal, of this start or an earlier one; 0 at first. */
    public long bookmark() {
        return journal.bookmark();
    }

    /** Cuts the link: the broker publishes the last will. Readings are still taken. Does not wait. */
    public void linkDown() {
        link.want(false);
    }

    /** Lets the device connect, at once and again after every loss; so it is from the start. */
    public void linkUp() {
        link.want(true);
    }

    /** Says something new of the device, now if connected, and after every connect. */
    public void describe(DeviceDescription description) {
        link.describe(description::toMessage);
    }

    /** How a command ended, as this device's record has it; empty while it has not, or when it is no longer known. */
    public Optional<CommandEnd> commandEnd(String id) {
        return commands.endOf(id);
    }

    public DeviceStatus status() {
        LinkStatus now = link.status();
        return new DeviceStatus(
                now.connected(),
                now.wanted(),
                journal.epoch(),
                journal.lastSeq(),
                journal.storedUpto(),
                journal.unsettledFrames(),
                journal.bytes(),
                now.reconnects(),
                refused.sum(),
                commands.status(),
                now.lastFailure());
    }

    /** Waits until everything in the journal is stored on the ground; false if it took longer. */
    public boolean awaitStored(Duration within) throws InterruptedException {
        return link.awaitSettled(within);
    }

    /**
     * Disconnects, so that the ground learns of it by the last will, and keeps the journal for the next start. The command
     * that is being executed is finished if that takes no longer than 3 s; no other is begun.
     */
    @Override
    public void close() {
        commands.stop();
        link.close();
        commands.close();
        try {
            journal.close();
        } catch (JournalAccessException failed) {
            throw new JournalFailedException(String.valueOf(failed.getMessage()), failed);
        }
    }

    /** What the journal throws is its own; who writes a device sees only what this package shows. */
    private static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (JournalSpaceException full) {
            throw new JournalFullException(String.valueOf(full.getMessage()), full);
        } catch (JournalAccessException failed) {
            throw new JournalFailedException(String.valueOf(failed.getMessage()), failed);
        }
    }
}
