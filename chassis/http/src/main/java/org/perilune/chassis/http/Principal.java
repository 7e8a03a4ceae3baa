package org.perilune.chassis.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.perilune.chassis.client.ServiceTokens;
import org.perilune.contracts.Role;

/**
 * Who is asking.
 *
 * @param name a person's name, {@code program:…} for scripts or {@code service:…}; persons' names have no ':'
 * @param expires when the token ends
 * @param session that the token was made from, and ends with; null for programs and services, which have none
 */
public record Principal(
        String name, Role role, Instant expires, @Nullable String session) {
    /** Before the name of a service that calls in its own name. */
    public static final String SERVICE = ServiceTokens.SUBJECT_PREFIX;

    /** Before the name of a client that is a program, such as the command line's. */
    public static final String PROGRAM = "program:";

    /** Without a session. */
    public Principal(String name, Role role, Instant expires) {
        this(name, role, expires, null);
    }

    /** Whether it is somebody who can be asked, and can be a second person. */
    public boolean isPerson() {
        return name.indexOf(':') < 0;
    }

    /** Whether it is one of Perilune's own services, which may say for whom it asks. */
    public boolean isService() {
        return name.startsWith(SERVICE);
    }
}
