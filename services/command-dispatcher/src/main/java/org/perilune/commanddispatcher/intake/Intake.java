package org.perilune.commanddispatcher.intake;

import io.micrometer.core.instrument.MeterRegistry;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.http.IdempotencyKey;
import org.perilune.chassis.postgres.GroupCommit;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandStore;
import org.perilune.commanddispatcher.lifecycle.NewCommand;

/** Stores the commands that requests bring, those that come at the same time in one transaction. Safe for threads. */
public final class Intake implements AutoCloseable {
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_AT_ONCE = 256;

    private final GroupCommit<NewCommand, CommandStore.Keyed> commits;

    private Intake(GroupCommit<NewCommand, CommandStore.Keyed> commits) {
        this.commits = commits;
    }

    public static Intake open(Jdbi jdbi, MeterRegistry meters) {
        return new Intake(GroupCommit.start(
                jdbi,
                new GroupCommit.Plan<>(
                        "command-intake",
                        "commands.intake",
                        MOST_WAITING,
                        MOST_AT_ONCE,
                        Intake::howToFindOut,
                        CommandStore::insert),
                meters));
    }

    /**
     * Returns when it is in the database for good.
     *
     * @return the command, or the one that the same key and body brought before
     * @throws ServiceException.Conflict where the key brought another body before
     * @throws ServiceException.Uncertain when the database went away before it said what came of it
     * @throws ServiceException.Unavailable when there is too much to do, or the database is away; nothing was stored
     */
    CommandRecord take(NewCommand command) {
        CommandStore.Keyed stored = commits.store(command);
        IdempotencyKey key = command.key();
        if (key != null) {
            key.requireSame(stored.requestHash());
        }
        return stored.command();
    }

    private static String howToFindOut(NewCommand command) {
        return "Look for the command under /commands/" + command.command().id()
                + ", or send the request again with the same Idempotency-Key.";
    }

    /** Ends when everything that waits is stored. */
    @Override
    public void close() {
        commits.close();
    }
}
