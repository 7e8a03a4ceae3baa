package org.perilune.commanddispatcher.api;

import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.http.Principal;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.commanddispatcher.lifecycle.CommandQueries;
import org.perilune.commanddispatcher.lifecycle.CommandRecord;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.Outcome;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;

/**
 * What people say about commands that were not sent yet. The row is locked before anything is decided, so that of two
 * who speak at once, or of a person and the sweeper, the first one counts. Safe for threads.
 */
public final class Approvals {

    private final Jdbi jdbi;
    private final Transitions transitions;
    private final Clock clock;

    public Approvals(Jdbi jdbi, Transitions transitions, Clock clock) {
        this.jdbi = jdbi;
        this.transitions = transitions;
        this.clock = clock;
    }

    /**
     * @throws ServiceException.Forbidden for whoever asked for it, and for whoever is no person
     * @throws ServiceException.Conflict if it is not held, or no longer
     */
    public CommandRecord approve(UUID id, Principal by, String comment) {
        if (!by.isPerson()) {
            throw new ServiceException.Forbidden(
                    by.name() + " is a program. Only a person can approve a command; log in as one.");
        }
        return become(id, CommandState.APPROVED, by, comment, command -> {
            if (isOwn(command, by)) {
                throw new ServiceException.Forbidden("You asked for this command yourself, " + by.name()
                        + ". Another flight director must approve it.");
            }
            requireHeld(command);
        });
    }

    /** @throws ServiceException.Conflict if it is not held */
    CommandRecord reject(UUID id, Principal by, String reason) {
        return become(id, CommandState.REJECTED, by, reason, this::requireHeld);
    }

    /** @throws ServiceException.Conflict once it was sent, or is being sent */
    CommandRecord cancel(UUID id, Principal by, String reason) {
        return become(id, CommandState.CANCELLED, by, reason, command -> {
            if (!CommandState.UNSENT.contains(command.state())) {
                throw conflict(command, "only what was not sent can be cancelled");
            }
        });
    }

    private static boolean isOwn(CommandRecord command, Principal by) {
        return command.requestedBy().equalsIgnoreCase(by.name())
                || command.principal().equalsIgnoreCase(by.name());
    }

    private void requireHeld(CommandRecord command) {
        if (command.state() != CommandState.HELD) {
            throw conflict(command, "only a command that is held can be approved or rejected");
        }
        if (!clock.instant().isBefore(command.expiresAt())) {
            throw new ServiceException.Conflict("The command expired at " + command.expiresAt());
        }
    }

    private static ServiceException.Conflict conflict(CommandRecord command, String rule) {
        String since = command.state().wireName() + " since " + command.changedAt();
        return new ServiceException.Conflict("The command is " + since + "; " + rule + ". Nothing was changed.");
    }

    private CommandRecord become(
            UUID id, CommandState state, Principal by, String detail, Consumer<CommandRecord> allowed) {
        String uncertain = "Look whether the command is " + state.wireName() + " now before you try again.";
        return TransactionRunner.change(jdbi, uncertain, transaction -> {
            CommandRecord command =
                    CommandQueries.find(transaction, id, true).orElseThrow(() -> CommandQueries.unknown(id));
            allowed.accept(command);
            var step = new Transition(id, state, by.name(), detail, null, null);
            if (transitions.apply(transaction, List.of(step)).getFirst() != Outcome.APPLIED) {
                throw new ServiceException.Conflict("The command is on its way to the device: it is too late for"
                        + " that. Follow it to see what becomes of it.");
            }
            return CommandQueries.find(transaction, id, false).orElseThrow();
        });
    }
}
