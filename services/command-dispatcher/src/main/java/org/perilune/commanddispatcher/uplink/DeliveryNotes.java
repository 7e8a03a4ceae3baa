package org.perilune.commanddispatcher.uplink;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.perilune.commanddispatcher.lifecycle.CommandState;
import org.perilune.commanddispatcher.lifecycle.HistoryLine;
import org.perilune.commanddispatcher.lifecycle.Transition;
import org.perilune.commanddispatcher.lifecycle.Transitions;

/** Writes down what the broker said of commands. Safe for threads. */
final class DeliveryNotes {
    /** So many repetitions are in the history each, and then ever fewer. */
    private static final int LISTED_REPETITIONS = 5;

    private final Transitions transitions;

    DeliveryNotes(Transitions transitions) {
        this.transitions = transitions;
    }

    void write(Handle transaction, List<Sender.Answer> batch, Instant now) throws SQLException {
        var steps = new ArrayList<Transition>();
        var repeated = new ArrayList<HistoryLine>();
        var back = new ArrayList<DueCommand>();
        var uncertain = new ArrayList<DueCommand>();
        for (Sender.Answer answer : batch) {
            DueCommand command = answer.command();
            switch (answer.delivery()) {
                case TAKEN -> {
                    if (command.isFirst()) {
                        steps.add(Transition.ours(command.id(), CommandState.SENT, ""));
                    } else if (isListed(command.attempts())) {
                        Transition again = Transition.ours(
                                command.id(), CommandState.SENT, "sent again (" + command.attempts() + ")");
                        repeated.add(HistoryLine.of(again, CommandState.SENT, now, false));
                    }
                }
                case NO_LINK, REFUSED -> back.add(command);
                case UNCERTAIN -> uncertain.add(command);
            }
        }
        if (!back.isEmpty() || !uncertain.isEmpty()) {
            DueTable.lock(
                    transaction.getConnection(),
                    batch.stream().map(Sender.Answer::command).toList());
        }
        transitions.apply(transaction, steps);
        HistoryLine.append(transaction.getConnection(), repeated);
        DueTable.takeBack(transaction.getConnection(), back, now);
        DueTable.again(transaction.getConnection(), uncertain, now);
    }

    private static boolean isListed(int repetition) {
        return repetition <= LISTED_REPETITIONS || Integer.bitCount(repetition) == 1;
    }
}
