package org.perilune.chassis;

import java.time.Instant;
import org.perilune.contracts.Role;

/**
 * Who is asking.
 *
 * @param name the person's or service's name
 * @param expires when the token ends
 */
public record Principal(String name, Role role, Instant expires) {}
