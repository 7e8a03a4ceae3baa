package org.perilune.chassis;

import org.jdbi.v3.core.Handle;

/** What was handled, written in the transaction of its effect. Safe for threads. */
public final class Inbox {
    /** Class-path folder with the migration that makes the table; for {@link Postgres#open}. */
    public static final String SCHEMA = "db/inbox";

    private Inbox() {}

    /** Gives each event to the handler once, whatever the number of its deliveries and of copies. */
    public static EventConsumer.Handler once(EventConsumer.Handler handler) {
        return (transaction, event) -> {
            if (firstTime(transaction, event)) {
                handler.handle(transaction, event);
            }
        };
    }

    /** Waits where another transaction is just about to say so of the same event. */
    static boolean firstTime(Handle transaction, CloudEvent event) {
        return transaction.execute(
                        "insert into inbox (source, id) values (?, ?) on conflict do nothing",
                        event.source(),
                        event.id())
                == 1;
    }
}
