package org.perilune.crew;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.SqlTimes;

/**
 * Wrong passwords of people that there are, as one event a minute and person, whichever copies they were tried at. They
 * are written down by {@link #tell}, not by the request: one that wrote would take longer than one for a name that
 * nobody has. A crash forgets those of some seconds. Safe for threads.
 */
final class Refusals {
    private static final Duration TOGETHER = Duration.ofMinutes(1);

    private final Jdbi jdbi;
    private final Clock clock;
    private Map<String, Tries> fresh = new HashMap<>(); // guarded by this

    Refusals(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    private record Tries(Instant since, int number) {
        Tries and(Tries other) {
            return new Tries(since.isBefore(other.since) ? since : other.since, number + other.number);
        }
    }

    /** @param person is a real one's name, so that there are no more of them than people */
    synchronized void note(String person) {
        fresh.merge(person, new Tries(clock.instant(), 1), Tries::and);
    }

    /** Writes down what was noted, and puts into the outbox what is a minute old. */
    void tell() {
        Map<String, Tries> taken = take();
        try {
            jdbi.useTransaction(transaction -> {
                // In the order of names, as every copy does, so that nobody waits in a circle.
                new TreeMap<>(taken).forEach((person, tries) -> add(transaction, person, tries));
                Outbox.append(transaction, ripe(transaction));
            });
        } catch (RuntimeException failure) {
            giveBack(taken);
            throw failure;
        }
    }

    private synchronized Map<String, Tries> take() {
        Map<String, Tries> taken = fresh;
        fresh = new HashMap<>();
        return taken;
    }

    private synchronized void giveBack(Map<String, Tries> taken) {
        taken.forEach((person, tries) -> fresh.merge(person, tries, Tries::and));
    }

    private static void add(Handle transaction, String person, Tries tries) {
        transaction
                .createUpdate("""
                        insert into refusal (person, since, tries)
                        select name, :since, :tries from person where name = :person
                        on conflict (person) do update set tries = refusal.tries + excluded.tries
                        """)
                .bind("since", tries.since().atOffset(ZoneOffset.UTC))
                .bind("tries", tries.number())
                .bind("person", person)
                .execute();
    }

    private List<CloudEvent> ripe(Handle transaction) {
        return transaction
                .createQuery("delete from refusal where since <= :before returning person, tries, since")
                .bind("before", clock.instant().minus(TOGETHER).atOffset(ZoneOffset.UTC))
                .map((row, context) -> event(row))
                .list();
    }

    private static CloudEvent event(ResultSet row) throws SQLException {
        return CrewEvent.refused(row.getString("person"), row.getInt("tries"), SqlTimes.instant(row, "since"));
    }
}
