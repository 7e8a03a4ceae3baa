package org.perilune.pad;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the backing servers keep their data and listen, always on 127.0.0.1.
 *
 * @param home one folder for everything; made where it does not exist
 * @param postgresPort 0 picks a free one, as for the other ports
 * @param databases one role and one database are made for each name
 */
public record PadConfig(Path home, int postgresPort, int redisPort, int mqttPort, List<String> databases) {
    /** What goes into SQL as an identifier; nothing that would need quoting. */
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public PadConfig {
        home = home.toAbsolutePath().normalize();
        databases = List.copyOf(databases);
        for (String database : databases) {
            if (!DATABASE_NAME.matcher(database).matches()) {
                throw new IllegalArgumentException("Not a database name: " + database);
            }
        }
    }
}
