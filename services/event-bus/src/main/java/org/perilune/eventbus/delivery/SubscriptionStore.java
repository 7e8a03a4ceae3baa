package org.perilune.eventbus.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.chassis.settings.Secret;
import org.perilune.eventbus.callback.CallbackAddress;

/** Subscriptions as people make, see and end them. Safe for threads. */
public final class SubscriptionStore {
    static final int MOST = 100;

    /** Counting more would cost more than it tells. */
    static final int MOST_COUNTED = 10_000;

    /** Of PostgreSQL's advisory locks; any number that nobody else takes in this database. */
    private static final long CREATION = 5006;

    private final Jdbi jdbi;

    public SubscriptionStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * To events from now on.
     *
     * @throws ServiceException.Conflict where there are as many as there may be
     */
    public Subscription create(
            UUID id, CallbackAddress address, Set<String> types, Secret secret, String by, Instant now) {
        String url = address.uri().toString();
        jdbi.useTransaction(transaction -> {
            transaction.execute("select pg_advisory_xact_lock(?)", CREATION);
            int there = transaction
                    .createQuery("select count(*) from subscriptions")
                    .mapTo(Integer.class)
                    .one();
            if (there >= MOST) {
                throw new ServiceException.Conflict(
                        "There are " + MOST + " subscriptions, which is all there may be; end one that nobody needs");
            }
            transaction.execute("""
                    insert into subscriptions (id, url, types, secret, created_at, created_by, position)
                    values (?, ?, ?, ?, ?, ?, (select coalesce(max(seq), 0) from events))
                    """, id, url, types.toArray(String[]::new), secret.reveal(), SqlTimes.of(now), by);
        });
        return new Subscription(
                id,
                url,
                types.stream().sorted().toList(),
                SqlTimes.truncated(now),
                by,
                Subscription.ACTIVE,
                0,
                0,
                null,
                null,
                null,
                secret.reveal());
    }

    public List<Subscription> all() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id, url, types, created_at, created_by, delivered, last_status, last_error, retry_at,
                            (select count(*) from (
                                select 1 from events
                                where seq > position and (types = '{}' or type = any(types))
                                limit :most) as counted)
                            + (select count(*) from redeliveries where subscription = subscriptions.id) as waiting
                        from subscriptions order by created_at, id
                        """)
                .bind("most", MOST_COUNTED)
                .map((row, context) -> read(row))
                .list());
    }

    private static Subscription read(ResultSet row) throws SQLException {
        String error = row.getString("last_error");
        return new Subscription(
                row.getObject("id", UUID.class),
                row.getString("url"),
                List.of((String[]) row.getArray("types").getArray()).stream()
                        .sorted()
                        .toList(),
                SqlTimes.instant(row, "created_at"),
                row.getString("created_by"),
                error == null ? Subscription.ACTIVE : Subscription.FAILING,
                row.getLong("waiting"),
                row.getLong("delivered"),
                row.getObject("last_status", Integer.class),
                error,
                SqlTimes.nullable(row, "retry_at"),
                null);
    }

    /** @return false where there is none */
    public boolean delete(UUID id) {
        return jdbi.withHandle(handle -> handle.execute("delete from subscriptions where id = ?", id)) == 1;
    }
}
