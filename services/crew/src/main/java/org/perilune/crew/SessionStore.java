package org.perilune.crew;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.messaging.CloudEvent;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.Role;
import org.perilune.contracts.Sha256;

/** Sessions of browsers, by the hash of their secret. They end when idle, when old, or when told to. */
final class SessionStore {
    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration LONGEST = Duration.ofHours(12);
    /** How exactly it is noted when a session was last used: writing it for every request would cost more than that. */
    private static final Duration NOTED_EVERY = Duration.ofSeconds(30);

    private final Jdbi jdbi;
    private final Clock clock;
    private final Runnable committed;

    /** @param committed what to call when there may be something in the outbox, and sessions may have ended */
    SessionStore(Postgres postgres, Clock clock, Runnable committed) {
        this.jdbi = postgres.jdbi();
        this.clock = clock;
        this.committed = committed;
    }

    /** @param session the id of the session, which is no secret */
    record Holder(String session, String name, Role role) {}

    /**
     * @return its id; empty if it was not opened, as the person was disabled or got another password since that was read
     */
    Optional<String> open(String secret, Person person) {
        Instant now = clock.instant();
        // The row is locked, so that a change of the person waits, and then ends this session with the others.
        Optional<String> id = jdbi.inTransaction(transaction -> {
            Optional<String> opened = transaction
                    .createQuery("""
                            insert into session (secret_hash, person, created, used, ends)
                            select :hash, name, :now, :now, :ends from person
                            where name = :name and password_hash = :password_hash and not disabled
                            for share
                            returning id
                            """)
                    .bind("hash", Sha256.of(secret))
                    .bind("now", SqlTimes.of(now))
                    .bind("ends", SqlTimes.of(now.plus(LONGEST)))
                    .bind("name", person.name())
                    .bind("password_hash", person.passwordHash())
                    .mapTo(String.class)
                    .findOne();
            opened.ifPresent(session -> Outbox.append(transaction, CrewEvent.loggedIn(session, person, now)));
            return opened;
        });
        committed.run();
        return id;
    }

    /**
     * Whose session it is; empty when it has ended.
     *
     * @param used whether its person did something, or only a page that is open asks
     */
    Optional<Holder> holder(String secret, boolean used) {
        Instant now = clock.instant();
        return jdbi.withHandle(handle -> handle.createQuery("""
                        with held as (
                            select session.id, session.used, person.name, person.role
                            from session join person on person.name = session.person
                            where session.secret_hash = :hash
                              and session.ends > :now
                              and session.used > :idle
                              and not person.disabled),
                        noted as (
                            update session set used = :now from held
                            where session.id = held.id and :used and held.used < :noted)
                        select id, name, role from held
                        """)
                .bind("now", SqlTimes.of(now))
                .bind("used", used)
                .bind("noted", SqlTimes.of(now.minus(NOTED_EVERY)))
                .bind("hash", Sha256.of(secret))
                .bind("idle", SqlTimes.of(now.minus(IDLE)))
                .map((row, context) ->
                        new Holder(row.getString("id"), row.getString("name"), Role.ofStored(row.getString("role"))))
                .findOne());
    }

    /** Nothing happens if it has ended already. */
    void end(String secret) {
        Instant now = clock.instant();
        jdbi.useTransaction(transaction -> {
            List<CloudEvent> events = transaction
                    .createQuery("delete from session where secret_hash = :hash returning id, person")
                    .bind("hash", Sha256.of(secret))
                    .map((row, context) -> {
                        String person = row.getString("person");
                        return CrewEvent.loggedOut(row.getString("id"), person, CrewEvent.End.ASKED, person, now);
                    })
                    .list();
            Outbox.append(transaction, events);
        });
        committed.run();
    }

    /** Ends a person's sessions, in the transaction that changes the person. */
    static void endAll(Handle transaction, String person, String by, Instant now) {
        List<CloudEvent> events = transaction
                .createQuery("delete from session where person = :person returning id")
                .bind("person", person)
                .map((row, context) -> CrewEvent.loggedOut(row.getString("id"), person, CrewEvent.End.CHANGED, by, now))
                .list();
        Outbox.append(transaction, events);
    }

    void sweep() {
        Instant now = clock.instant();
        jdbi.useTransaction(transaction -> {
            List<CloudEvent> events = transaction
                    .createQuery("""
                            delete from session where ends <= :now or used <= :idle
                            returning id, person, ends <= :now as old
                            """)
                    .bind("now", SqlTimes.of(now))
                    .bind("idle", SqlTimes.of(now.minus(IDLE)))
                    .map((row, context) -> CrewEvent.loggedOut(
                            row.getString("id"),
                            row.getString("person"),
                            row.getBoolean("old") ? CrewEvent.End.OLD : CrewEvent.End.IDLE,
                            null,
                            now))
                    .list();
            Outbox.append(transaction, events);
        });
        committed.run();
    }
}
