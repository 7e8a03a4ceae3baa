package org.perilune.crew;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.perilune.chassis.postgres.Postgres;
import org.perilune.chassis.postgres.SqlTimes;
import org.perilune.contracts.Role;

/** People in PostgreSQL. */
final class PersonStore {
    private static final String COLUMNS = "name, role, password_hash, created, disabled";
    private final Jdbi jdbi;

    PersonStore(Postgres postgres) {
        this.jdbi = postgres.jdbi();
    }

    /** What changes about a person; empty stays as it is. */
    record Change(Optional<String> passwordHash, Optional<Role> role, Optional<Boolean> disabled) {}

    enum Outcome {
        CHANGED,
        NO_SUCH_PERSON,
        LAST_ADMINISTRATOR
    }

    boolean isEmpty() {
        return jdbi.withHandle(handle -> handle.createQuery("select not exists (select from person)")
                .mapTo(Boolean.class)
                .one());
    }

    List<Person> all() {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + " from person order by name")
                .map((row, context) -> person(row))
                .list());
    }

    Optional<Person> byName(String name) {
        return jdbi.withHandle(handle -> byName(handle, name));
    }

    /** @return whether the name was free */
    boolean insert(Person person) {
        return jdbi.withHandle(handle -> insert(handle, person));
    }

    /** @return whether there was nobody yet, and the person is the first; one copy of crew wins */
    boolean insertFirst(Person person) {
        return jdbi.inTransaction(transaction -> {
            transaction.execute("lock table person in share row exclusive mode");
            boolean nobody = transaction
                    .createQuery("select not exists (select from person)")
                    .mapTo(Boolean.class)
                    .one();
            return nobody && insert(transaction, person);
        });
    }

    /** After a log-in with the same password under newer parameters; nothing if it was changed meanwhile. */
    void rehash(String name, String from, String to) {
        jdbi.useHandle(handle -> handle.createUpdate(
                        "update person set password_hash = :to where name = :name and password_hash = :from")
                .bind("to", to)
                .bind("name", name)
                .bind("from", from)
                .execute());
    }

    /** Changes the person and ends the person's sessions at once. There is always an administrator left. */
    Outcome change(String name, Change change, String by, Instant now) {
        return jdbi.inTransaction(transaction -> {
            transaction.execute("lock table person in share row exclusive mode");
            Optional<Person> before = byName(transaction, name);
            if (before.isEmpty()) {
                return Outcome.NO_SUCH_PERSON;
            }
            boolean stays = change.role().orElse(before.get().role()) == Role.ADMINISTRATOR
                    && !change.disabled().orElse(before.get().disabled());
            if (!stays && !administratorBeside(transaction, name)) {
                return Outcome.LAST_ADMINISTRATOR;
            }
            transaction
                    .createUpdate("""
                            update person set
                                password_hash = coalesce(:hash, password_hash),
                                role = coalesce(:role, role),
                                disabled = coalesce(:disabled, disabled)
                            where name = :name
                            """)
                    .bind("hash", change.passwordHash())
                    .bind("role", change.role().map(Role::wireName))
                    .bind("disabled", change.disabled())
                    .bind("name", name)
                    .execute();
            SessionStore.endAll(transaction, name, by, now);
            return Outcome.CHANGED;
        });
    }

    private static boolean administratorBeside(Handle handle, String name) {
        return handle.createQuery("""
                        select exists (
                            select from person where role = 'administrator' and not disabled and name <> :name)
                        """).bind("name", name).mapTo(Boolean.class).one();
    }

    private static Optional<Person> byName(Handle handle, String name) {
        return handle.createQuery("select " + COLUMNS + " from person where name = :name")
                .bind("name", name)
                .map((row, context) -> person(row))
                .findOne();
    }

    private static boolean insert(Handle handle, Person person) {
        int rows = handle.createUpdate("""
                        insert into person (name, role, password_hash, created, disabled)
                        values (:name, :role, :hash, :created, :disabled)
                        on conflict do nothing
                        """)
                .bind("name", person.name())
                .bind("role", person.role().wireName())
                .bind("hash", person.passwordHash())
                .bind("created", person.created().atOffset(ZoneOffset.UTC))
                .bind("disabled", person.disabled())
                .execute();
        return rows == 1;
    }

    private static Person person(ResultSet row) throws SQLException {
        Instant created = SqlTimes.instant(row, "created");
        return new Person(
                row.getString("name"),
                Role.ofStored(row.getString("role")),
                row.getString("password_hash"),
                created,
                row.getBoolean("disabled"));
    }
}
