package org.perilune.crew;

import java.time.Instant;
import org.perilune.contracts.Role;

/** @param passwordHash a PHC string */
record Person(String name, Role role, String passwordHash, Instant created, boolean disabled) {
    @Override
    public String toString() {
        return "Person[" + name + ", " + role.wireName() + "]";
    }
}
