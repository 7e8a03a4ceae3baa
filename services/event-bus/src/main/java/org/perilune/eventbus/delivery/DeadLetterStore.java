package org.perilune.eventbus.delivery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.messaging.QueueConsumer;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.Exchanges.Header;
import org.perilune.contracts.Sha256;

/** What some service could not handle, until somebody sends it again or dismisses it. Safe for threads. */
public final class DeadLetterStore {
    private static final int LONGEST = 1_000;
    private static final int LONGEST_BODY_SHOWN = 16 * 1024;
    private static final String IS_OPEN = "redriven_at is null and dismissed_at is null";

    private final Jdbi jdbi;

    public DeadLetterStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Takes everything, whatever is in it. One that is delivered twice is kept once. */
    public static void add(Handle transaction, QueueConsumer.Message message) {
        String queue =
                text(message.headers().get(Header.QUEUE), text(message.headers().get("x-first-death-queue"), ""));
        String reason = text(
                message.headers().get(Header.REASON),
                "The broker gave it up: " + text(message.headers().get("x-first-death-reason"), "it did not say why"));
        int tries = message.headers().get(Header.TRIES) instanceof Number number ? number.intValue() : 0;
        add(transaction, id(queue, message), queue, text(message.messageId(), ""), reason, tries, message.body());
    }

    public static void add(
            Handle transaction, UUID id, String queue, String messageId, String reason, int tries, byte[] body) {
        transaction.execute("""
                insert into dead_letters (id, queue, message_id, reason, tries, body) values (?, ?, ?, ?, ?, ?)
                on conflict do nothing
                """, id, queue, messageId, clean(reason), tries, body);
    }

    /**
     * Newest first.
     *
     * @param queue empty for all
     * @param after the last one of the page before
     */
    public List<DeadLetter> page(boolean open, Optional<String> queue, Optional<UUID> after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id, queue, message_id, reason, tries, arrived_at, redriven_at, redriven_by,
                            dismissed_at, dismissed_by, substring(body for :shown) as body
                        from dead_letters
                        where (not :open or <is_open>)
                            and (:queue::text is null or queue = :queue)
                            and (:after::uuid is null
                                or (arrived_at, id) < (select arrived_at, id from dead_letters where id = :after))
                        order by arrived_at desc, id desc limit :limit
                        """)
                .define("is_open", IS_OPEN)
                .bind("shown", LONGEST_BODY_SHOWN)
                .bind("open", open)
                .bind("queue", queue.orElse(null))
                .bind("after", after.orElse(null))
                .bind("limit", limit)
                .map((row, context) -> new DeadLetter(
                        row.getObject("id", UUID.class),
                        row.getString("queue"),
                        row.getString("message_id"),
                        row.getString("reason"),
                        row.getInt("tries"),
                        SqlTimes.instant(row, "arrived_at"),
                        SqlTimes.nullable(row, "redriven_at"),
                        row.getString("redriven_by"),
                        SqlTimes.nullable(row, "dismissed_at"),
                        row.getString("dismissed_by"),
                        new String(row.getBytes("body"), StandardCharsets.UTF_8)))
                .list());
    }

    /** How many nobody has sent again or dismissed. */
    public long open() {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from dead_letters where " + IS_OPEN)
                .mapTo(Long.class)
                .one());
    }

    /** The oldest ones that nobody has sent again or dismissed; so many at most. */
    public List<UUID> openOf(String queue, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id from dead_letters where queue = :queue and <is_open>
                        order by arrived_at, id limit :limit
                        """)
                .define("is_open", IS_OPEN)
                .bind("queue", queue)
                .bind("limit", limit)
                .mapTo(UUID.class)
                .list());
    }

    /** What came of sending one again. */
    public enum Redrive {
        SENT,
        SENT_BEFORE,
        /** The subscription that it was for has ended. */
        NOBODY,
        UNKNOWN
    }

    /** Into the queue that it came from, when the transaction commits. */
    public Redrive redrive(UUID id, String by) {
        return jdbi.inTransaction(transaction -> {
            Optional<Outgoing> letter = transaction
                    .createQuery("""
                            update dead_letters set redriven_at = now(), redriven_by = :by
                            where id = :id and redriven_at is null
                            returning queue, message_id, body
                            """)
                    .bind("id", id)
                    .bind("by", by)
                    .map((row, context) -> new Outgoing(row.getString(1), row.getString(2), row.getBytes(3)))
                    .findOne();
            if (letter.isPresent()) {
                Outgoing found = letter.get();
                if (found.queue().startsWith(DeliveryStore.QUEUE)) {
                    return deliverAgain(transaction, id, found.queue());
                }
                Outbox.redrive(transaction, found.queue(), found.messageId(), id, found.body());
                return Redrive.SENT;
            }
            return isKnown(transaction, id) ? Redrive.SENT_BEFORE : Redrive.UNKNOWN;
        });
    }

    private static boolean isKnown(Handle handle, UUID id) {
        return handle.createQuery("select exists(select 1 from dead_letters where id = :id)")
                .bind("id", id)
                .mapTo(Boolean.class)
                .one();
    }

    /** What came of dismissing one. */
    public enum Dismissal {
        DISMISSED,
        /** It was sent again, or dismissed before. */
        CLOSED_BEFORE,
        UNKNOWN
    }

    /** Nobody is to handle it; it is kept. */
    public Dismissal dismiss(UUID id, String by) {
        return jdbi.inTransaction(transaction -> {
            int dismissed = transaction
                    .createUpdate("update dead_letters set dismissed_at = now(), dismissed_by = :by where id = :id and "
                            + IS_OPEN)
                    .bind("id", id)
                    .bind("by", by)
                    .execute();
            if (dismissed > 0) {
                return Dismissal.DISMISSED;
            }
            return isKnown(transaction, id) ? Dismissal.CLOSED_BEFORE : Dismissal.UNKNOWN;
        });
    }

    /**
     * Deletes closed ones that came before a time and are not just being delivered again.
     *
     * @return how many, the limit at most
     */
    int prune(Instant before, int limit) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        delete from dead_letters where id in (
                            select id from dead_letters
                            where arrived_at < :before and not (<is_open>)
                                and not exists (select from redeliveries where dead_letter = dead_letters.id)
                            order by arrived_at limit :limit for update skip locked)
                        """)
                .define("is_open", IS_OPEN)
                .bind("before", SqlTimes.of(before))
                .bind("limit", limit)
                .execute());
    }

    private static Redrive deliverAgain(Handle transaction, UUID id, String queue) {
        int taken = transaction.execute("""
                insert into redeliveries (dead_letter, subscription)
                select ?, id from subscriptions where id::text = ?
                """, id, queue.substring(DeliveryStore.QUEUE.length()));
        if (taken == 0) {
            transaction.execute("update dead_letters set redriven_at = null, redriven_by = null where id = ?", id);
            return Redrive.NOBODY;
        }
        return Redrive.SENT;
    }

    private record Outgoing(String queue, String messageId, byte[] body) {}

    /** The same for each delivery of a dead letter, another when it was sent again and died again. */
    private static UUID id(String queue, QueueConsumer.Message message) {
        var digest = Sha256.digest();
        for (String part :
                List.of(queue, message.messageId(), text(message.headers().get(Header.REDRIVEN), ""))) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        var hash = ByteBuffer.wrap(digest.digest(message.body()));
        // Version 8 of RFC 9562: made by a rule of our own.
        return new UUID((hash.getLong() & ~0xF000L) | 0x8000L, (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | (1L << 63));
    }

    /** PostgreSQL takes no text with a zero in it. */
    private static String text(@Nullable Object value, String fallback) {
        if (value == null || value instanceof Map) {
            return fallback;
        }
        return clean(value.toString());
    }

    /** Short enough, and without control characters. */
    static String clean(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST - 1) + "…";
    }
}
