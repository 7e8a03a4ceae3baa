package org.perilune.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.perilune.chassis.postgres.BulkConnection;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** A service's database as it is at one instant, however long reading it takes. Not safe for threads. */
final class DatabaseSnapshot implements AutoCloseable {
    private final ServiceDatabase database;
    private final Connection connection;

    private DatabaseSnapshot(ServiceDatabase database, Connection connection) {
        this.database = database;
        this.connection = connection;
    }

    /** Connected; {@link #take} is then a matter of a millisecond. */
    static DatabaseSnapshot open(ServiceDatabase database) {
        try {
            return new DatabaseSnapshot(database, BulkConnection.open(database.config(), "perilune-backup"));
        } catch (SQLException failure) {
            throw database.failed("reached", failure);
        }
    }

    /** What is committed by now is in it. */
    void take() {
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read, read only");
            statement.execute("select 1");
        } catch (SQLException failure) {
            throw database.failed("read", failure);
        }
    }

    /** On the server's disk, all in all. */
    long bytes() {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("select pg_database_size(current_database())")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failure) {
            throw database.failed("read", failure);
        }
    }

    /** Copies every table, and says what there is. */
    Manifest.Database copyTo(Archive archive) throws IOException {
        try {
            String service = database.service();
            List<Manifest.Table> tables = DatabaseSchema.tables(connection, service);
            List<Manifest.Migration> migrations = DatabaseSchema.migrations(connection);
            for (Manifest.Table table : tables) {
                if (table.file().isPresent()) {
                    archive.write(table.file().get(), out -> copy(table, out));
                }
            }
            List<Manifest.Sequence> sequences = DatabaseSchema.sequences(connection);
            connection.commit();
            return new Manifest.Database(service, migrations, tables, sequences);
        } catch (SQLException failure) {
            throw database.failed("read", failure);
        }
    }

    /** In the binary form: bytes stay bytes, which spares the server half of the work. */
    private long copy(Manifest.Table table, OutputStream out) throws IOException {
        String sql = "copy (select %s from %s) to stdout (format binary)"
                .formatted(DatabaseSchema.columns(table), DatabaseSchema.qualified(table));
        try {
            CopyOut copying = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
            try {
                for (byte[] row = copying.readFromCopy(); row != null; row = copying.readFromCopy()) {
                    out.write(row);
                }
                return copying.getHandledRowCount();
            } finally {
                if (copying.isActive()) {
                    copying.cancelCopy();
                }
            }
        } catch (SQLException failure) {
            throw database.failed("read", failure);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            // It was only read.
        }
    }
}
