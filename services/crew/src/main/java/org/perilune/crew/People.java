package org.perilune.crew;

import java.time.Clock;
import java.util.Optional;
import org.perilune.chassis.runtime.ServiceException;
import org.perilune.contracts.Role;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an administrator does about people. */
final class People {
    private static final Logger LOG = LoggerFactory.getLogger(People.class);

    private final PersonStore store;
    private final PasswordHasher hasher;
    private final PasswordRules rules = new PasswordRules();
    private final Clock clock;
    private final Runnable committed;

    /** @param committed what to call when sessions may have ended */
    People(PersonStore store, PasswordHasher hasher, Clock clock, Runnable committed) {
        this.store = store;
        this.hasher = hasher;
        this.clock = clock;
        this.committed = committed;
    }

    /** Where nobody is yet; otherwise nothing happens. */
    void addFirst(String name, String password) {
        if (store.isEmpty() && store.insertFirst(person(name, password, Role.ADMINISTRATOR))) {
            LOG.info("Made the first administrator [name: {}]", name);
        }
    }

    Person add(String typedName, String password, Role role, String by) {
        String name = PersonName.require(typedName);
        check(password, name);
        Person person = person(name, password, role);
        if (!store.insert(person)) {
            throw new ServiceException.Conflict("There is a " + name + " already");
        }
        LOG.info("A person was added [name: {}, role: {}, by: {}]", name, role.wireName(), by);
        return person;
    }

    void change(
            String typedName, Optional<String> password, Optional<Role> role, Optional<Boolean> disabled, String by) {
        if (password.isEmpty() && role.isEmpty() && disabled.isEmpty()) {
            throw new ServiceException.Invalid("body", "must change password, role or disabled");
        }
        String name = PersonName.normalise(typedName);
        password.ifPresent(value -> check(value, name));
        var change = new PersonStore.Change(password.map(hasher::hash), role, disabled);
        switch (store.change(name, change, by, clock.instant())) {
            case CHANGED -> {
                committed.run();
                LOG.info(
                        "A person was changed [name: {}, password: {}, role: {}, disabled: {}, by: {}]",
                        name,
                        password.isPresent() ? "changed" : "kept",
                        role.map(Role::wireName).orElse("kept"),
                        disabled.map(String::valueOf).orElse("kept"),
                        by);
            }
            case NO_SUCH_PERSON -> throw new ServiceException.NotFound("There is no person of that name");
            case LAST_ADMINISTRATOR ->
                throw new ServiceException.Conflict("This is the last administrator; make somebody else one first");
        }
    }

    private Person person(String name, String password, Role role) {
        return new Person(name, role, hasher.hash(password), clock.instant(), false);
    }

    private void check(String password, String name) {
        rules.objection(password, name).ifPresent(objection -> {
            throw new ServiceException.Invalid("password", objection);
        });
    }
}
