package org.perilune.backup;

import java.util.Optional;
import org.perilune.chassis.postgres.PostgresConfig;

/** A service's own database in PostgreSQL. */
record ServiceDatabase(String service, PostgresConfig config) {
    /** That the driver's words may hold no secret is the driver's matter: it never repeats a password. */
    BackupException failed(String what, Exception failure) {
        return new BackupException(
                "The PostgreSQL database of " + service + " could not be " + what + ": "
                        + Optional.ofNullable(failure.getMessage())
                                .orElse(failure.toString())
                                .lines()
                                .findFirst()
                                .orElse(""),
                failure);
    }
}
