package org.perilune.contracts;

import java.util.Locale;
import java.util.Optional;

/** What a person or a service may do. Each role may do all that the ones before it may. */
public enum Role {
    VIEWER,
    OPERATOR,
    FLIGHT_DIRECTOR,
    ADMINISTRATOR;

    /** The name in tokens and on the command line: {@code flight-director}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Role> ofWireName(String wireName) {
        for (Role role : values()) {
            if (role.wireName().equals(wireName)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** The least of all for a name that only a newer version gives, while both run: nobody may more than is sure. */
    public static Role ofStored(String wireName) {
        return ofWireName(wireName).orElse(VIEWER);
    }

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
