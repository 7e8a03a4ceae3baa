package org.perilune.chassis.http;

import io.javalin.security.RouteRole;
import org.perilune.contracts.Role;

/** Who may use a route. A route without one is refused to everybody. */
public enum Access implements RouteRole {
    /** Anybody, without a token: probes, metrics, log-in, published keys. */
    OPEN,
    VIEWER,
    OPERATOR,
    FLIGHT_DIRECTOR,
    ADMINISTRATOR;

    boolean admits(Role role) {
        return switch (this) {
            case OPEN -> true;
            case VIEWER -> role.includes(Role.VIEWER);
            case OPERATOR -> role.includes(Role.OPERATOR);
            case FLIGHT_DIRECTOR -> role.includes(Role.FLIGHT_DIRECTOR);
            case ADMINISTRATOR -> role.includes(Role.ADMINISTRATOR);
        };
    }
}
