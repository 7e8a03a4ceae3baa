package org.perilune.moderation;

import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.postgres.TransactionRunner;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.runtime.TraceContext;
import org.perilune.contracts.FlightLog.Decision;
import org.perilune.contracts.FlightLog.Status;

/** What people decide, whatever the rules said. Safe for threads. */
final class Users {
    private final Jdbi jdbi;
    private final Moderator moderator;
    private final Clock clock;

    Users(Jdbi jdbi, Moderator moderator, Clock clock) {
        this.jdbi = jdbi;
        this.moderator = moderator;
        this.clock = clock;
    }

    /**
     * A person's word.
     *
     * @param textRevision the text that it is about; empty for the newest
     */
    record Word(String by, @Nullable String reason, Optional<Long> textRevision) {}

    /** @throws ServiceException.Conflict if the comment has that status, or another text */
    Ruling decide(UUID comment, Status status, Word word, Optional<TraceContext> trace) {
        return TransactionRunner.change(jdbi, "Look at the comment's decisions to see.", transaction -> {
            Ruling newest = Rulings.lockNewest(transaction, comment).orElseThrow(() -> unknown(comment));
            Decision last = newest.decision();
            if (word.textRevision()
                    .filter(wanted -> wanted != last.textRevision())
                    .isPresent()) {
                throw new ServiceException.Conflict("text_revision: the comment was edited and has the text "
                        + last.textRevision() + " now. Nothing was decided; look at it and try again.");
            }
            if (last.status() == status) {
                throw new ServiceException.Conflict(
                        "The comment is " + status.name().toLowerCase(Locale.ROOT) + " already, by " + last.by());
            }
            var decision = new Decision(
                    last.commentId(),
                    last.postId(),
                    last.textRevision(),
                    last.number() + 1,
                    status,
                    null,
                    word.reason(),
                    word.by(),
                    SqlTimes.truncated(clock.instant()));
            UUID id = CommentStore.decide(transaction, decision, null);
            moderator.publish(transaction, decision, trace);
            return new Ruling(id, decision, null, newest.author(), newest.text());
        });
    }

    static ServiceException.NotFound unknown(UUID comment) {
        return new ServiceException.NotFound(
                "Nothing was decided on a comment " + comment + ", or it was deleted since");
    }
}
