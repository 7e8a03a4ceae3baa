package org.perilune.backup;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a backup holds. Written when all else is there: a backup without one is not complete.
 *
 * @param format of the backup's files
 * @param program version of the Perilune that made it
 * @param started everything that was acknowledged until then is in the backup
 * @param notes what a person should know of it, such as that a store was away
 */
record Manifest(
        int format,
        String name,
        String program,
        Instant started,
        Instant finished,
        List<Database> databases,
        List<Table> collections,
        List<File> files,
        List<String> notes) {
    static final int FORMAT = 1;
    static final String FILE = "manifest.json";
    static final String STREAMS = "redis/streams.bson.gz";

    Manifest {
        databases = List.copyOf(databases);
        collections = List.copyOf(collections);
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }

    /**
     * @param bytes as it lies there, compressed
     * @param sha256 of those, hexadecimal
     * @param rows or documents, stream entries; 0 where it has none
     */
    record File(String path, long bytes, String sha256, long rows) {}

    /**
     * A service's database in PostgreSQL.
     *
     * @param migrations that had been run, in their order
     */
    record Database(String service, List<Migration> migrations, List<Table> tables, List<Sequence> sequences) {
        Database {
            migrations = List.copyOf(migrations);
            tables = List.copyOf(tables);
            sequences = List.copyOf(sequences);
        }
    }

    /** @param version null of one that is run again whenever it changes */
    record Migration(@Nullable String version, String script) {}

    /**
     * A table, or a collection of MongoDB's, whose schema is the service's database and which has no columns.
     *
     * @param file empty where the rows are left out on purpose
     */
    record Table(String service, String schema, String name, List<String> columns, Optional<String> file) {
        Table {
            columns = List.copyOf(columns);
        }
    }

    /** @param called whether the value was given out already */
    record Sequence(String schema, String name, long value, boolean called) {}

    long bytes() {
        return files.stream().mapToLong(File::bytes).sum();
    }

    long rows() {
        return files.stream().mapToLong(File::rows).sum();
    }

    Optional<File> file(String path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }
}
