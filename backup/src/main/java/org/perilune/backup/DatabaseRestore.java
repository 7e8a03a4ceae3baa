package org.perilune.backup;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.perilune.chassis.messaging.Outbox;
import org.perilune.chassis.postgres.BulkConnection;
import org.postgresql.PGConnection;

/** Puts a backup of a service's database into an empty one: all of it, or nothing. Not safe for threads. */
final class DatabaseRestore {
    private static final String SELF = "perilune-restore";

    private final ServiceDatabase database;
    private final Manifest.Database backup;

    DatabaseRestore(ServiceDatabase database, Manifest.Database backup) {
        this.database = database;
        this.backup = backup;
    }

    /** @throws BackupException where this program does not know all of the backup's migrations */
    static void requireKnownMigrations(Manifest.Database backup) {
        for (Manifest.Migration migration : backup.migrations()) {
            String file = fileOf(migration.script());
            if (Outbox.class.getClassLoader().getResource(folderOf(backup.service(), migration) + "/" + file) == null) {
                throw new BackupException("The backup is newer than this program: " + backup.service() + " had " + file
                        + ", which is not known here. Restore it with the version of Perilune that made it, or a newer"
                        + " one; nothing was changed");
            }
        }
    }

    /** On the class path: the service's own folder, or that of what is run again whenever it changes. */
    private static String folderOf(String service, Manifest.Migration migration) {
        String file = fileOf(migration.script());
        return migration.version() == null && file.startsWith("R__")
                ? "db/" + file.substring("R__".length()).replace(".sql", "")
                : "db/" + service;
    }

    static boolean hasTables(ServiceDatabase database) {
        try (Connection connection = BulkConnection.open(database.config(), SELF)) {
            return !DatabaseSchema.tables(connection, database.service()).isEmpty();
        } catch (SQLException failure) {
            throw database.failed("reached", failure);
        }
    }

    /** Whether somebody else has a connection. */
    static boolean isInUse(ServiceDatabase database) {
        try (Connection connection = BulkConnection.open(database.config(), SELF);
                Statement statement = connection.createStatement();
                ResultSet others = statement.executeQuery("select count(*) from pg_stat_activity"
                        + " where datname = current_database() and usename = current_user and application_name <> '"
                        + SELF + "'")) {
            others.next();
            return others.getLong(1) > 0;
        } catch (SQLException failure) {
            throw database.failed("reached", failure);
        }
    }

    /** Deletes everything in it. */
    static void empty(ServiceDatabase database) {
        try (Connection connection = BulkConnection.open(database.config(), SELF);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            var schemas = new ArrayList<String>();
            try (ResultSet rows = statement.executeQuery("select nspname from pg_namespace"
                    + " where nspname <> 'information_schema' and nspname !~ '^pg_'")) {
                while (rows.next()) {
                    schemas.add(rows.getString(1));
                }
            }
            for (String schema : schemas) {
                statement.execute("drop schema " + DatabaseSchema.quoted(schema) + " cascade");
            }
            statement.execute("create schema public");
            connection.commit();
        } catch (SQLException failure) {
            throw database.failed("emptied", failure);
        }
    }

    /** The schema as the backup's, then its rows in one transaction. */
    void run(VerifiedBackup from) throws IOException {
        if (backup.migrations().isEmpty()) {
            return;
        }
        try {
            flyway(newestVersion()).migrate();
        } catch (FlywayException failure) {
            throw database.failed("given its schema", failure);
        }
        try (Connection connection = BulkConnection.open(database.config(), SELF);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            requireColumns(DatabaseSchema.tables(connection, database.service()));
            List<Manifest.Table> tables = DatabaseSchema.inOrderOfReferences(
                    connection,
                    backup.tables().stream()
                            .filter(table -> table.file().isPresent())
                            .toList());
            // Migrations leave rows, too: those of the backup take their place.
            if (!tables.isEmpty()) {
                statement.execute("truncate "
                        + String.join(
                                ", ",
                                tables.stream().map(DatabaseSchema::qualified).toList()));
            }
            for (Manifest.Table table : tables) {
                fill(connection, table, from);
            }
            for (Manifest.Sequence sequence : backup.sequences()) {
                set(connection, sequence);
            }
            redeliver(statement);
            connection.commit();
        } catch (SQLException failure) {
            throw database.failed("filled", failure);
        }
    }

    private static void fill(Connection connection, Manifest.Table table, VerifiedBackup from)
            throws SQLException, IOException {
        String qualified = DatabaseSchema.qualified(table);
        String path = table.file().orElseThrow();
        try (Statement statement = connection.createStatement();
                InputStream in = from.open(path)) {
            // What they would do was done when the rows were written first. References are checked all the same.
            statement.execute("alter table " + qualified + " disable trigger user");
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "copy %s (%s) from stdin (format binary)"
                                    .formatted(qualified, DatabaseSchema.columns(table)),
                            in,
                            1 << 16);
            statement.execute("alter table " + qualified + " enable trigger user");
        }
    }

    private static void set(Connection connection, Manifest.Sequence sequence) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select setval(cast(? as regclass), ?, ?)")) {
            statement.setString(
                    1, DatabaseSchema.quoted(sequence.schema()) + "." + DatabaseSchema.quoted(sequence.name()));
            statement.setLong(2, sequence.value());
            statement.setBoolean(3, sequence.called());
            statement.execute();
        }
    }

    /**
     * What was published within the last day of the backup may have waited in a queue, and queues are in no backup: it
     * is published again, and whoever had it already passes over it. What was handled then counts as handled now: else
     * an old backup's inbox would be forgotten before its doubles came.
     */
    private void redeliver(Statement statement) throws SQLException {
        if (has("outbox")) {
            statement.execute("update outbox set sent_at = null, held_until = '-infinity'");
        }
        if (has("inbox")) {
            statement.execute("update inbox set handled_at = now()");
        }
    }

    private boolean has(String name) {
        return backup.tables().stream()
                .anyMatch(
                        table -> table.schema().equals("public") && table.name().equals(name));
    }

    private void requireColumns(List<Manifest.Table> there) {
        for (Manifest.Table table : backup.tables()) {
            boolean fits = there.stream()
                    .anyMatch(one -> DatabaseSchema.key(one).equals(DatabaseSchema.key(table))
                            && Set.copyOf(one.columns()).containsAll(table.columns()));
            if (!fits && table.file().isPresent()) {
                throw new BackupException("The backup has a table " + DatabaseSchema.key(table) + " of "
                        + database.service() + " with columns that this program's has not: it was made by a newer"
                        + " Perilune. Restore it with that version");
            }
        }
    }

    private Optional<MigrationVersion> newestVersion() {
        return backup.migrations().stream()
                .map(Manifest.Migration::version)
                .filter(version -> version != null)
                .map(MigrationVersion::fromVersion)
                .max(MigrationVersion::compareTo);
    }

    private Flyway flyway(Optional<MigrationVersion> upTo) {
        Set<String> folders = new TreeSet<>();
        for (Manifest.Migration migration : backup.migrations()) {
            folders.add("classpath:" + folderOf(database.service(), migration));
        }
        var configuration = Flyway.configure(Outbox.class.getClassLoader())
                .dataSource(
                        database.config().url(),
                        database.config().user(),
                        database.config().password().reveal())
                .jdbcProperties(database.config().tlsProperties())
                .locations(folders.toArray(String[]::new));
        upTo.ifPresent(configuration::target);
        return configuration.load();
    }

    private static String fileOf(String script) {
        return script.substring(script.lastIndexOf('/') + 1);
    }
}
