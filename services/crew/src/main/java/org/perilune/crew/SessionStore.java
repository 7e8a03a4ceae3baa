package org.perilune.crew;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.Postgres;
import org.perilune.contracts.Role;

/** Sessions of browsers, by the hash of their secret. They end when idle, when old, or when told to. */
final class SessionStore {
    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration LONGEST = Duration.ofHours(12);

    private final Jdbi jdbi;
    private final Clock clock;

    SessionStore(Postgres postgres, Clock clock) {
        this.jdbi = postgres.jdbi();
        this.clock = clock;
    }

    record Holder(String name, Role role) {}

    /**
     * @return whether it was opened: not if the person was disabled or got another password since that was read
     */
    boolean open(String secret, Person person) {
        Instant now = clock.instant();
        // The row is locked, so that a change of the person waits, and then ends this session with the others.
        int rows = jdbi.withHandle(handle -> handle.createUpdate("""
                        insert into session (secret_hash, person, created, used, ends)
                        select :hash, name, :now, :now, :ends from person
                        where name = :name and password_hash = :password_hash and not disabled
                        for share
                        """)
                .bind("hash", Digests.sha256(secret))
                .bind("now", utc(now))
                .bind("ends", utc(now.plus(LONGEST)))
                .bind("name", person.name())
                .bind("password_hash", person.passwordHash())
                .execute());
        return rows == 1;
    }

    /** Whose session it is, and that it is used; empty when it has ended. */
    Optional<Holder> use(String secret) {
        Instant now = clock.instant();
        return jdbi.withHandle(handle -> handle.createQuery("""
                        update session set used = :now from person
                        where session.secret_hash = :hash
                          and session.ends > :now
                          and session.used > :idle
                          and person.name = session.person
                          and not person.disabled
                        returning person.name, person.role
                        """)
                .bind("now", utc(now))
                .bind("hash", Digests.sha256(secret))
                .bind("idle", utc(now.minus(IDLE)))
                .map((row, context) -> new Holder(
                        row.getString(1), Role.ofWireName(row.getString(2)).orElseThrow()))
                .findOne());
    }

    /** Nothing happens if it has ended already. */
    void end(String secret) {
        jdbi.useHandle(handle -> handle.createUpdate("delete from session where secret_hash = :hash")
                .bind("hash", Digests.sha256(secret))
                .execute());
    }

    void sweep() {
        Instant now = clock.instant();
        jdbi.useHandle(handle -> handle.createUpdate("delete from session where ends <= :now or used <= :idle")
                .bind("now", utc(now))
                .bind("idle", utc(now.minus(IDLE)))
                .execute());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
