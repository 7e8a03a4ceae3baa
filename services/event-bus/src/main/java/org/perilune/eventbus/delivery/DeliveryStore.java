package org.perilune.eventbus.delivery;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.settings.Secret;
import org.perilune.eventbus.callback.CallbackClient;
import org.perilune.eventbus.log.EventLog;

/** What is to be delivered to whom, by which copy, and what came of it. Safe for threads. */
public final class DeliveryStore {
    /** Before a subscription's id, as the queue of its dead letters. */
    public static final String QUEUE = "subscription:";

    private final Jdbi jdbi;
    private final UUID copy;

    /** @param copy names this copy among all */
    public DeliveryStore(Jdbi jdbi, UUID copy) {
        this.jdbi = jdbi;
        this.copy = copy;
    }

    /** @param tries of the event after the position */
    record Target(UUID id, String url, Set<String> types, Secret secret, long position, int tries, Instant retryAt) {
        Target {
            types = Set.copyOf(types);
        }
    }

    /**
     * One event for one subscription.
     *
     * @param name the same at each try
     * @param position in the log
     * @param deadLetter that it was, where it is delivered beside the log
     * @param tries so far
     */
    record Delivery(String name, long position, Optional<UUID> deadLetter, byte[] body, int tries) {
        static Delivery ofLog(Target target, EventLog.Entry entry) {
            byte[] body = entry.body().getBytes(StandardCharsets.UTF_8);
            return new Delivery(
                    target.id() + "/" + entry.position(), entry.position(), Optional.empty(), body, target.tries());
        }
    }

    /** Takes what nobody has, and keeps what this copy has, for so long. */
    Set<UUID> lease(Duration length) {
        return Set.copyOf(jdbi.withHandle(handle -> handle.createQuery("""
                        update subscriptions
                        set leased_by = :copy, leased_until = clock_timestamp() + :seconds * interval '1 second'
                        where leased_by = :copy or leased_until < clock_timestamp()
                        returning id
                        """)
                .bind("copy", copy)
                .bind("seconds", length.toSeconds())
                .mapTo(UUID.class)
                .list()));
    }

    /** Leaves all that this copy has to others. */
    void release() {
        jdbi.useHandle(handle -> handle.execute(
                "update subscriptions set leased_by = null, leased_until = '-infinity' where leased_by = ?", copy));
    }

    /** Empty where it has ended, or another copy has it. */
    Optional<Target> target(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id, url, types, secret, position, tries, coalesce(retry_at, '-infinity') as retry_at
                        from subscriptions where id = :id and leased_by = :copy
                        """)
                .bind("id", id)
                .bind("copy", copy)
                .map((row, context) -> readTarget(row))
                .findOne());
    }

    private static Target readTarget(ResultSet row) throws SQLException {
        return new Target(
                row.getObject("id", UUID.class),
                row.getString("url"),
                Set.of((String[]) row.getArray("types").getArray()),
                new Secret(row.getString("secret")),
                row.getLong("position"),
                row.getInt("tries"),
                SqlTimes.instant(row, "retry_at"));
    }

    /** The dead letter to be delivered again that has been due for longest. */
    Optional<Delivery> redelivery(UUID subscription, Instant now) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select message_id, dead_letter, body, redeliveries.tries
                        from redeliveries join dead_letters on dead_letters.id = dead_letter
                        where subscription = :subscription and retry_at <= :now
                        order by retry_at, dead_letter limit 1
                        """)
                .bind("subscription", subscription)
                .bind("now", SqlTimes.of(now))
                .map((row, context) -> new Delivery(
                        row.getString(1), 0, Optional.of(row.getObject(2, UUID.class)), row.getBytes(3), row.getInt(4)))
                .findOne());
    }

    /** Nothing up to there is of the subscription's types. */
    boolean skip(UUID subscription, long from, long position) {
        return jdbi.withHandle(handle -> handle.execute(
                        "update subscriptions set position = ? where id = ? and position = ? and leased_by = ?",
                        position,
                        subscription,
                        from,
                        copy))
                == 1;
    }

    /** @return false where the subscription has ended or another copy has it, and nothing was written */
    boolean taken(UUID subscription, Delivery delivery, int status) {
        return jdbi.inTransaction(transaction -> {
            if (!note(transaction, subscription, status, "", 1)) {
                return false;
            }
            settle(transaction, subscription, delivery);
            return true;
        });
    }

    /** @return as {@link #taken} */
    boolean failed(UUID subscription, Delivery delivery, CallbackClient.Outcome outcome, Instant retryAt) {
        return jdbi.inTransaction(transaction -> {
            if (!note(transaction, subscription, outcome.status(), outcome.error(), 0)) {
                return false;
            }
            OffsetDateTime due = SqlTimes.of(retryAt);
            if (delivery.deadLetter().isPresent()) {
                transaction.execute(
                        "update redeliveries set tries = tries + 1, retry_at = ? where dead_letter = ?",
                        due,
                        delivery.deadLetter().get());
                return true;
            }
            transaction.execute(
                    "update subscriptions set tries = tries + 1, retry_at = ? where id = ?", due, subscription);
            return true;
        });
    }

    /** Makes a dead letter of it, so that the next ones can go on. */
    boolean givenUp(UUID subscription, Delivery delivery, CallbackClient.Outcome outcome, UUID letter) {
        return jdbi.inTransaction(transaction -> {
            if (!note(transaction, subscription, outcome.status(), outcome.error(), 0)) {
                return false;
            }
            DeadLetterStore.add(
                    transaction,
                    letter,
                    QUEUE + subscription,
                    delivery.name(),
                    outcome.error(),
                    delivery.tries() + 1,
                    delivery.body());
            settle(transaction, subscription, delivery);
            return true;
        });
    }

    /** @return as {@link #taken} */
    boolean end(UUID subscription) {
        return jdbi.withHandle(handle ->
                        handle.execute("delete from subscriptions where id = ? and leased_by = ?", subscription, copy))
                == 1;
    }

    private boolean note(Handle transaction, UUID subscription, int status, String error, int delivered) {
        return transaction.execute("""
                        update subscriptions
                        set last_status = nullif(?, 0), last_error = nullif(?, ''), delivered = delivered + ?
                        where id = ? and leased_by = ?
                        """, status, DeadLetterStore.clean(error), delivered, subscription, copy) == 1;
    }

    private static void settle(Handle transaction, UUID subscription, Delivery delivery) {
        if (delivery.deadLetter().isPresent()) {
            transaction.execute(
                    "delete from redeliveries where dead_letter = ?",
                    delivery.deadLetter().get());
            return;
        }
        transaction.execute(
                "update subscriptions set position = ?, tries = 0, retry_at = null where id = ?",
                delivery.position(),
                subscription);
    }
}
